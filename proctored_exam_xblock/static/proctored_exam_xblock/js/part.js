/* One part of the exam as it is on the screen: its tab, its questions, its answers. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});

  /* [2, 3, 4, 7] -> "2-4, 7" */
  function ranges(numbers) {
    const runs = [];
    for (const number of numbers) {
      const run = runs[runs.length - 1];
      if (run && run[1] === number - 1) run[1] = number;
      else runs.push([number, number]);
    }
    return runs.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(", ");
  }

  function numbers(questions) {
    return [...new Set(questions.map((question) => Number(question.dataset.pexQuestion)))];
  }

  /* Formulae are drawn by the host page's MathJax (2 or 3), where it has one. */
  function typeset(element) {
    const { MathJax } = window;
    if (MathJax && MathJax.Hub) MathJax.Hub.Queue(["Typeset", MathJax.Hub, element]);
    else if (MathJax && MathJax.typesetPromise) MathJax.typesetPromise([element]).catch(() => {});
  }

  /* `dirty` means that the server does not have the latest answers. */
  class Part {
    constructor(panel, tab) {
      this.number = Number(tab.dataset.pexPart);
      this.tab = tab;
      this.element = panel.section.querySelector(`[data-pex-panel="${this.number}"]`);
      this.questions = [...this.element.querySelectorAll("[data-pex-question]")];
      this.revision = Number(this.element.dataset.revision);
      this.saved = this.element.dataset.saved;
      this.submitted = this.tab.dataset.state === "submitted";
      this.dirty = false;
    }

    answers() {
      const found = {};
      for (const question of this.questions) {
        const chosen = [...question.querySelectorAll("input:checked, option:checked")].map((c) => c.value).filter(Boolean);
        if (chosen.length) found[question.dataset.questionId] = chosen;
      }
      return found;
    }

    /* `saved` is when the server took them, "" if it has not. */
    state() {
      return { revision: this.revision, answers: this.answers(), saved: this.dirty ? "" : this.saved };
    }

    put(answers) {
      for (const question of this.questions) {
        const chosen = answers[question.dataset.questionId] || [];
        question.querySelectorAll("input").forEach((input) => (input.checked = chosen.includes(input.value)));
        question.querySelectorAll("select").forEach((select) => (select.value = chosen[0] || ""));
      }
    }

    /* The questions of one problem share its number: it is answered when all of them are. */
    unanswered() {
      return numbers(this.questions.filter((q) => q.dataset.state === "unanswered"));
    }

    /* Of a part that is verified and not shown any more, the server tells both counts. */
    get total() {
      return Number(this.element.dataset.total || numbers(this.questions).length);
    }

    get done() {
      return Number(this.element.dataset.done || this.total - this.unanswered().length);
    }
  }

  Object.assign(pex, { Part, ranges, typeset });
})();
