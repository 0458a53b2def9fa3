/* One question in the paper's editor: its text with line numbers, what is wrong at which line, and how it looks. */
(function () {
  "use strict";
  const my = (window.PexAuthor = window.PexAuthor || {});
  const QUIET_MS = 500;
  const MOST_LINES = 24;

  /* Line numbers beside a text area that does not wrap; wrong lines are marked. */
  class Editor {
    constructor(frame) {
      this.area = frame.querySelector("textarea");
      this.numbers = frame.querySelector("[data-pex-author-numbers]");
      this.wrong = new Set();
      this.area.addEventListener("input", () => this.count());
      this.area.addEventListener("scroll", () => { this.numbers.scrollTop = this.area.scrollTop; });
    }

    get text() { return this.area.value; }

    set text(value) {
      this.area.value = value;
      this.count();
    }

    mark(lines) {
      this.wrong = new Set(lines);
      this.count();
    }

    count() {
      const lines = this.area.value.split("\n").length;
      this.area.rows = Math.max(6, Math.min(MOST_LINES, lines + 1));
      const made = document.createDocumentFragment();
      for (let line = 1; line <= lines; line += 1) {
        const number = document.createElement("span");
        number.textContent = line;
        if (this.wrong.has(line)) number.dataset.wrong = "";
        made.append(number);
      }
      this.numbers.replaceChildren(made);
      this.numbers.scrollTop = this.area.scrollTop;
    }

    go(line) {
      const before = this.area.value.split("\n").slice(0, Math.max(0, line - 1));
      const start = before.reduce((sum, text) => sum + text.length + 1, 0);
      const end = this.area.value.indexOf("\n", start);
      this.area.focus();
      this.area.setSelectionRange(start, end < 0 ? this.area.value.length : end);
    }
  }
  my.Editor = Editor;

  let serial = 0;

  class Problem {
    constructor(paper, element, piece) {
      this.paper = paper;
      this.element = element;
      this.text = piece.text;
      this.piece = piece;
      serial += 1;
      this.id = "pex-author-problem" + serial;
      this.find("[data-pex-author-mistake]").id = this.id + "-mistake";
      this.likeness = new my.Likeness(this);
      this.refresh = my.latest(QUIET_MS, (still) => this.look(still));
      this.tell();
    }

    find(selector) { return this.element.querySelector(selector); }

    get button() { return this.find('[data-pex-author-do="open-question"]'); }

    get isOpen() { return !this.find("[data-pex-author-bench]").hidden; }

    /* What the list says of it. */
    tell() {
      const texts = this.paper.texts;
      const { excerpt, kind, points, mistakes } = this.piece;
      this.find("[data-pex-author-excerpt]").textContent = excerpt || texts.not_read;
      const worth = points === 1 ? texts.point : my.fill(texts.points, { count: points });
      this.find("[data-pex-author-about]").textContent = excerpt ? kind + " · " + worth : "";
      my.pills(this.find("[data-pex-author-pills]"), this.piece);
      this.likeness.tell();
      this.mistakes(mistakes || []);
    }

    /* A field beside the text has changed it. */
    rewrite(text) {
      this.text = text;
      this.editor.text = text;
      this.likeness.tell();
      this.refresh();
    }

    mistakes(list) {
      const place = this.find("[data-pex-author-mistake]");
      place.replaceChildren();
      list.forEach((mistake) => {
        const line = document.createElement(mistake.line ? "button" : "span");
        line.textContent = mistake.text;
        if (mistake.line) {
          line.type = "button";
          line.className = "pex-author-goto";
          line.addEventListener("click", () => { this.open(); this.editor.go(mistake.line); });
        }
        place.append(line);
      });
      place.hidden = list.length === 0;
      this.wrong = list.length > 0;
      this.element.toggleAttribute("data-wrong", this.wrong);
      if (this.editor) {
        this.editor.mark(list.map((mistake) => mistake.line));
        this.editor.area.setAttribute("aria-invalid", String(this.wrong));
      }
      this.lines = list.map((mistake) => mistake.line);
      this.paper.counted();
    }

    open() {
      if (this.isOpen) return;
      this.find("[data-pex-author-bench]").hidden = false;
      this.button.setAttribute("aria-expanded", "true");
      if (!this.editor) this.build();
      this.look(() => true);
    }

    close() {
      this.find("[data-pex-author-bench]").hidden = true;
      this.button.setAttribute("aria-expanded", "false");
    }

    build() {
      this.editor = new Editor(this.find("[data-pex-author-editor]"));
      const label = this.find("[data-pex-author-bench] label");
      this.editor.area.id = this.id;
      this.editor.area.setAttribute("aria-describedby", this.id + "-mistake");
      label.htmlFor = this.id;
      this.editor.text = this.text;
      this.editor.mark(this.lines || []);
      this.editor.area.addEventListener("input", () => {
        this.text = this.editor.text;
        this.likeness.tell();
        this.refresh();
      });
      this.stage = new my.Stage(this.find("[data-pex-author-live]"), this.paper.styles, this.paper.sayPreview);
    }

    /* Ask the server how it looks; the last good look stays while what is typed cannot be read. */
    async look(still) {
      const asked = this.text;
      const number = this.paper.all.indexOf(this) + 1 || 1;
      const body = { source: asked, answers: this.paper.answers, language: this.paper.language, number };
      const answer = await this.paper.handlers.ask("try_question", body);
      if (!still() || asked !== this.text) return;
      if (!answer.ok) {
        this.mistakes([{ line: null, text: answer.message }]);
        return;
      }
      if (answer.mistakes.length === 0) this.piece = answer;
      this.mistakes(answer.mistakes);
      if (answer.mistakes.length === 0) {
        this.tell();
        this.stage.show(answer.html);
      }
      this.find("[data-pex-author-live]").toggleAttribute("data-stale", answer.mistakes.length > 0);
    }
  }
  my.Problem = Problem;
})();
