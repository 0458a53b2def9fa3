/* How long the candidate is at each question, for the course team's statistics: the time between two events on the page
   belongs to the question at which it ends (it is read before it is answered). Time with the page hidden, and time that
   ends at no question, belongs to none. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const LONGEST_MS = 600000; // nobody reads longer at a stretch: the computer slept, or the chair was empty
  const MOST_S = 86400;

  const visible = () => document.visibilityState === "visible";

  class Attention {
    /* Goes on from what the screen brought, or from the `former` screen's where that knows more. */
    constructor(section, former) {
      this.spent = new Map();
      for (const { dataset } of section.querySelectorAll("[data-pex-question]")) this.put(dataset.questionId, dataset.spent);
      this.pending = 0;
      this.since = visible() ? performance.now() : null;
      if (former) {
        for (const [id, ms] of former.spent) this.put(id, ms / 1000);
        ({ pending: this.pending, since: this.since } = former);
        former.stop();
      }
      this.turn = () => this.lap();
      document.addEventListener("visibilitychange", this.turn);
      for (const name of ["focusin", "change"]) section.addEventListener(name, (event) => this.arrive(event.target));
    }

    stop() {
      document.removeEventListener("visibilitychange", this.turn);
      this.since = null;
    }

    /* What is known of a question from elsewhere, in seconds: the larger number is the later one. */
    put(id, seconds) {
      const ms = Math.max(0, Number(seconds) || 0) * 1000;
      this.spent.set(id, Math.max(ms, this.spent.get(id) || 0));
    }

    /* Put the stretch since the last event aside; the next one begins now, while the page can be seen. */
    lap() {
      const now = performance.now();
      if (this.since !== null) this.pending += Math.min(LONGEST_MS, Math.max(0, now - this.since));
      this.since = visible() ? now : null;
    }

    arrive(target) {
      const question = target.closest("[data-pex-question]");
      if (!question) return;
      this.lap();
      const { questionId } = question.dataset;
      this.spent.set(questionId, (this.spent.get(questionId) || 0) + Math.min(LONGEST_MS, this.pending));
      this.pending = 0;
    }

    /* Another part is on the screen: what was read of the one before ended at no question. */
    drop() {
      this.lap();
      this.pending = 0;
    }

    /* Whole seconds by question of one part. */
    of(part) {
      const found = {};
      for (const { dataset } of part.questions) {
        const seconds = Math.min(MOST_S, Math.round((this.spent.get(dataset.questionId) || 0) / 1000));
        if (seconds) found[dataset.questionId] = seconds;
      }
      return found;
    }
  }

  pex.Attention = Attention;
})();
