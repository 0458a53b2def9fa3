/* The paper: parts and questions that are added, moved and deleted, a file that is taken in, the whole as text. */
(function () {
  "use strict";
  const my = (window.PexAuthor = window.PexAuthor || {});
  const LARGEST_FILE = 5000000;

  class Paper {
    constructor(root, handlers, args, tools) {
      Object.assign(this, { root, handlers, texts: tools.texts, styles: args.styles, language: args.language });
      Object.assign(this, { ask: tools.ask, say: tools.say, changed: tools.changed });
      this.sayPreview = () => this.say(this.texts.preview_only);
      this.panel = root.querySelector('[data-pex-author-panel="paper"]');
      this.place = this.panel.querySelector("[data-pex-author-parts]");
      this.source = new my.Editor(this.panel.querySelector("[data-pex-author-source] [data-pex-author-editor]"));
      this.problems = new WeakMap();
      this.draws = new WeakMap();
      this.pools = new my.Pools(this, tools.points);
      this.mode = "parts";
      this.panel.querySelector("[data-pex-author-answers]").addEventListener("change", () => this.eachOpen());
      this.panel.querySelector("[data-pex-author-source]").addEventListener("toggle", (event) => {
        if (event.target.open && this.mode === "parts") this.showSource();
      });
      this.place.addEventListener("input", (event) => {
        if (event.target.matches("[data-pex-author-part-title]")) this.counted();
      });
      this.panel.querySelector("[data-pex-author-file]").addEventListener("change", (event) => this.file(event.target));
      if (args.parts) this.fill(args.parts);
      else this.asSource(args.paper, args.mistakes);
    }

    get answers() { return this.panel.querySelector("[data-pex-author-answers]").checked; }

    get parts() { return Array.from(this.place.querySelectorAll("[data-pex-author-part]")); }

    inPart(part) {
      return Array.from(part.querySelectorAll("[data-pex-author-problem]")).map((one) => this.problems.get(one));
    }

    get all() { return this.parts.flatMap((part) => this.inPart(part)); }

    /* A text that cannot be taken apart is edited as a whole, until it can. */
    asSource(text, mistakes) {
      this.mode = "text";
      this.place.replaceChildren();
      this.panel.querySelector("[data-pex-author-source]").open = true;
      this.source.text = text;
      this.mistakes(mistakes || []);
    }

    read() {
      if (this.mode === "text") return { paper: this.source.text };
      return {
        parts: this.parts.map((part) => ({
          title: part.querySelector("[data-pex-author-part-title]").value.trim(),
          attributes: { ...this.draws.get(part).attributes },
          problems: this.inPart(part).map((problem) => problem.text),
        })),
      };
    }

    fill(parts) {
      this.mode = "parts";
      this.place.replaceChildren();
      parts.forEach((part) => this.addPart(part));
      this.counted();
    }

    fresh(name) {
      return this.panel.querySelector('[data-pex-author-fresh="' + name + '"]').content.firstElementChild.cloneNode(true);
    }

    addPart(part) {
      const made = this.fresh("part");
      made.querySelector("[data-pex-author-part-title]").value = part.title;
      this.draws.set(made, new my.Draw(made, part.attributes, () => this.counted()));
      this.place.append(made);
      part.problems.forEach((piece) => this.addProblem(made, piece));
      return made;
    }

    addProblem(part, piece) {
      const made = this.fresh("problem");
      part.querySelector("[data-pex-author-problems]").append(made);
      const whole = typeof piece === "string" ? { text: piece, excerpt: "", kind: "", points: 0, mistakes: [] } : piece;
      const problem = new my.Problem(this, made, whole);
      this.problems.set(made, problem);
      return problem;
    }

    /* Numbers through the whole paper, and counts. */
    counted() {
      this.pools.refresh();
      if (this.counting) return;
      this.counting = true;
      queueMicrotask(() => {
        this.counting = false;
        let number = 0;
        this.parts.forEach((part, index) => {
          const inside = this.inPart(part);
          inside.forEach((problem) => {
            number += 1;
            problem.find("[data-pex-author-place]").textContent = number;
          });
          const points = my.total(inside);
          const text = inside.length === 1 ? this.texts.part_count_one : this.texts.part_count;
          part.querySelector("[data-pex-author-part-count]").textContent = my.fill(text, { count: inside.length, points });
          part.setAttribute("aria-label", this.nameOf(part, index));
        });
        const points = my.total(this.all);
        this.panel.querySelector("[data-pex-author-paper-count]").textContent =
          this.mode === "text" ? "" : my.fill(this.texts.paper_count, { parts: this.parts.length, count: number, points });
      });
    }

    nameOf(part, index) {
      const title = part.querySelector("[data-pex-author-part-title]").value.trim();
      return title || my.fill(this.texts.no_title, { number: index + 1 });
    }

    eachOpen() {
      this.all.filter((problem) => problem.isOpen).forEach((problem) => problem.look(() => true));
    }

    /* What the server found wrong in the whole paper, at its place; gives how much it is. */
    mistakes(list) {
      const general = [];
      this.all.forEach((problem) => problem.mistakes([]));
      const at = new Map();
      list.forEach((mistake) => {
        const part = this.parts[mistake.part - 1];
        const problem = part && this.inPart(part)[mistake.question - 1];
        if (problem) at.set(problem, (at.get(problem) || []).concat(mistake));
        else if (part && mistake.field === "draw") this.draws.get(part).wrong(mistake.text);
        else general.push((part ? this.nameOf(part, mistake.part - 1) + " : " : "") + mistake.text);
      });
      at.forEach((found, problem) => problem.mistakes(found));
      my.show(this.panel.querySelector('[data-pex-author-error="paper"]'), general.join(" "));
      this.source.mark(this.mode === "text" ? list.map((mistake) => mistake.line) : []);
      return list.length;
    }

    focusFirst() {
      const wrong = this.all.find((problem) => problem.wrong);
      if (!wrong) {
        const short = this.parts.find((part) => part.querySelector('[data-pex-author-short], [aria-invalid="true"]'));
        (short ? this.draws.get(short).count : this.panel).focus();
        return;
      }
      wrong.open();
      wrong.editor.go(wrong.lines.find(Boolean) || 1);
    }

    asText() {
      const quote = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
      return this.read().parts.map((part) => {
        const others = Object.entries(part.attributes).map(([name, value]) => " " + name + '="' + quote(value) + '"');
        return '<part title="' + quote(part.title) + '"' + others.join("") + ">\n" + part.problems.join("\n") + "\n</part>\n";
      }).join("");
    }

    showSource() {
      this.source.text = this.asText();
      this.before = this.source.text; // as the text area has it
    }

    /* The whole text was changed and not taken into the pieces yet. */
    get unapplied() {
      const box = this.panel.querySelector("[data-pex-author-source]");
      return this.mode === "parts" && box.open && this.source.text !== this.before;
    }

    async take(text, place) {
      const answer = await this.handlers.ask("import_paper", { text });
      const sentence = answer.ok ? "" : (answer.fields && answer.fields.paper) || answer.message;
      my.show(this.panel.querySelector('[data-pex-author-error="' + place + '"]'), sentence);
      if (!answer.ok && place === "olx") this.source.mark((answer.mistakes || []).map((mistake) => mistake.line));
      return answer.ok ? answer.parts : null;
    }

    /* After a draft came back as bare texts: what each question is, asked in one go. */
    async reread() {
      if (this.mode === "text") return;
      const sent = this.read().parts.filter((part) => part.problems.length);
      const answer = await this.handlers.ask("describe_paper", { parts: sent });
      if (!answer.ok) return;
      const pieces = answer.parts.flatMap((part) => part.problems);
      this.all.forEach((problem, index) => {
        if (!pieces[index] || pieces[index].text !== problem.text) return;
        problem.piece = pieces[index];
        problem.tell();
      });
    }

    /* A text that is not in pieces would be gone with the first piece. */
    async mayDrop() {
      if (this.mode !== "text" || !this.source.text.trim()) return true;
      return this.ask(this.texts.replace_paper, this.texts.remove);
    }

    async import(replace) {
      const paste = this.panel.querySelector("[data-pex-author-paste]");
      if (replace && this.all.length && !(await this.ask(this.texts.replace_paper, this.texts.remove))) return;
      if (!(await this.mayDrop())) return;
      const parts = await this.take(paste.value, "import");
      if (!parts) {
        paste.focus();
        return;
      }
      if (replace || this.mode === "text") this.fill([]);
      parts.forEach((part) => this.addPart(part));
      paste.value = "";
      this.panel.querySelector("[data-pex-author-file]").value = "";
      this.counted();
      this.changed();
      const pieces = parts.flatMap((part) => part.problems);
      const wrong = pieces.filter((piece) => piece.mistakes.length).length;
      this.say(my.fill(wrong ? this.texts.import_mistakes : this.texts.imported, { count: pieces.length, wrong }));
    }

    async file(input) {
      const chosen = input.files[0];
      if (!chosen) return;
      const place = this.panel.querySelector('[data-pex-author-error="import"]');
      const fits = chosen.size <= LARGEST_FILE;
      my.show(place, fits ? "" : my.fill(this.texts.too_large, { limit: LARGEST_FILE / 1000000 }));
      if (fits) this.panel.querySelector("[data-pex-author-paste]").value = await chosen.text();
      else input.value = "";
    }

    /* Whether the whole text is in pieces now; what was edited in the pieces since it was shown is asked about first. */
    async applySource() {
      const moved = this.mode === "parts" && this.asText().replace(/\r\n?/g, "\n") !== this.before;
      if (moved && !(await this.ask(this.texts.replace_paper, this.texts.remove))) return false;
      const parts = await this.take(this.source.text, "olx");
      if (!parts) return false;
      this.source.mark([]);
      this.mistakes([]);
      this.fill(parts);
      this.changed();
      this.panel.querySelector("[data-pex-author-source]").open = false;
      this.say(this.texts.json_applied);
      return true;
    }

    move(element, step, sentence) {
      const kin = Array.from(element.parentElement.children);
      const to = kin.indexOf(element) + step;
      if (to < 0 || to >= kin.length) return;
      if (step < 0) kin[to].before(element);
      else kin[to].after(element);
      this.counted();
      this.changed();
      this.say(my.fill(sentence, { place: to + 1 }));
    }

    /* A question at the edge of its part goes on into the next one. */
    moveProblem(element, step) {
      const part = element.closest("[data-pex-author-part]");
      const edge = step < 0 ? element.previousElementSibling : element.nextElementSibling;
      if (edge) return this.move(element, step, this.texts.moved);
      const neighbour = this.parts[this.parts.indexOf(part) + step];
      if (!neighbour) return undefined;
      const list = neighbour.querySelector("[data-pex-author-problems]");
      if (step < 0) list.append(element);
      else list.prepend(element);
      this.counted();
      this.changed();
      return this.say(my.fill(this.texts.moved, { place: this.all.findIndex((one) => one.element === element) + 1 }));
    }

    async remove(element, question, neighbour) {
      if (!(await this.ask(question, this.texts.remove))) return;
      element.remove();
      this.counted();
      this.changed();
      this.say(this.texts.deleted);
      if (neighbour) neighbour.focus();
    }

    act(name, button) {
      const part = button.closest("[data-pex-author-part]");
      const problem = button.closest("[data-pex-author-problem]");
      const again = () => button.focus();
      const deeds = {
        "add-part": async () => {
          if (!(await this.mayDrop())) return;
          if (this.mode === "text") this.fill([]);
          const title = my.fill(this.texts.new_part, { number: this.parts.length + 1 });
          this.addPart({ title, problems: [] }).querySelector("input").focus();
          this.changed();
          this.counted();
        },
        "part-up": () => { this.move(part, -1, this.texts.part_moved); again(); },
        "part-down": () => { this.move(part, 1, this.texts.part_moved); again(); },
        "part-delete": () => {
          const values = { title: this.nameOf(part, this.parts.indexOf(part)), count: this.inPart(part).length };
          return this.remove(part, my.fill(this.texts.delete_part, values), this.panel.querySelector('[data-pex-author-do="add-part"]'));
        },
        "add-question": () => {
          const made = this.addProblem(part, this.panel.querySelector("[data-pex-author-blank]").content.textContent);
          made.open();
          made.editor.area.focus();
          this.changed();
          this.counted();
        },
        "open-question": () => {
          const one = this.problems.get(problem);
          if (one.isOpen) one.close();
          else one.open();
        },
        "question-up": () => { this.moveProblem(problem, -1); again(); },
        "question-down": () => { this.moveProblem(problem, 1); again(); },
        "question-delete": () => this.remove(problem, this.texts.delete_question, part.querySelector('[data-pex-author-do="add-question"]')),
        "import-add": () => this.import(false),
        "import-replace": () => this.import(true),
        "apply-olx": () => this.applySource(),
      };
      if (!(name in deeds)) return false;
      deeds[name]();
      return true;
    }
  }
  my.Paper = Paper;
})();
