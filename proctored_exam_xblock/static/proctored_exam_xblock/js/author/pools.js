/* Parts that draw: how many questions every candidate gets, in which order, and what that means, as the server says. */
(function () {
  "use strict";
  const my = (window.PexAuthor = window.PexAuthor || {});
  const QUIET_MS = 500;
  const shown = new WeakMap();
  let serial = 0;

  /* What is there already is not written again: it would be read out once more. */
  my.put = (place, html) => {
    if (shown.get(place) === html) return;
    shown.set(place, html);
    place.innerHTML = html;
    place.hidden = !html;
  };

  /* The controls of one part; they write the part's attributes, which travel with it. */
  class Draw {
    constructor(part, attributes, changed) {
      this.part = part;
      this.changed = changed;
      this.attributes = { ...attributes };
      serial += 1;
      const name = "pex-author-draw" + serial;
      this.all = this.find('[data-pex-author-draw="all"]');
      this.some = this.find('[data-pex-author-draw="some"]');
      this.count = this.find("[data-pex-author-draw-count]");
      this.order = this.find("[data-pex-author-shuffle]");
      this.error = this.find('[data-pex-author-error="draw"]');
      this.all.name = name;
      this.some.name = name;
      this.error.id = name + "-error";
      this.count.setAttribute("aria-describedby", this.error.id);
      const draw = (this.attributes.draw || "").trim();
      this.all.checked = !draw;
      this.some.checked = Boolean(draw);
      this.count.value = draw;
      this.order.checked = this.attributes.shuffle === "true";
      this.wrong("");
      [this.all, this.some, this.order].forEach((input) => input.addEventListener("change", () => this.take(input)));
      this.count.addEventListener("input", () => {
        this.some.checked = true;
        this.take();
      });
    }

    find(selector) { return this.part.querySelector(selector); }

    get draws() { return "draw" in this.attributes; }

    take(pressed) {
      if (pressed === this.some && !this.count.value) this.count.focus();
      delete this.attributes.draw;
      delete this.attributes.shuffle;
      if (this.some.checked) this.attributes.draw = this.count.value.trim() || "0"; // nothing is no number: said beside it
      if (this.order.checked) this.attributes.shuffle = "true";
      this.wrong(""); // it was said of another number
      this.changed();
    }

    wrong(text) {
      my.show(this.error, text);
      this.count.setAttribute("aria-invalid", String(Boolean(text)));
    }

    show(html) { my.put(this.find("[data-pex-author-pool]"), html); }
  }
  my.Draw = Draw;

  /* Asks for the statistics when something changed, if there is a part that draws. */
  class Pools {
    constructor(paper, points) {
      this.paper = paper;
      this.points = points;
      this.place = paper.panel.querySelector("[data-pex-author-pools]");
      this.failure = paper.panel.querySelector('[data-pex-author-error="pools"]');
      this.refresh = my.latest(QUIET_MS, (still) => this.ask(still));
    }

    async ask(still) {
      const draws = this.paper.parts.map((part) => this.paper.draws.get(part));
      if (this.paper.mode === "text" || !draws.some((draw) => draw.draws)) {
        draws.forEach((draw) => { draw.show(""); draw.wrong(""); });
        this.whole("");
        return;
      }
      const body = { parts: this.paper.read().parts, question_points: this.points() };
      const answer = await this.paper.handlers.ask("describe_pools", body);
      if (!still()) return;
      if (!answer.ok) {
        draws.forEach((draw) => draw.show("")); // they were those of another paper
        this.whole("", my.fill(this.paper.texts.no_pools, { why: answer.message }));
        return;
      }
      draws.forEach((draw, index) => {
        draw.show(answer.parts[index].html);
        draw.wrong(answer.parts[index].error);
      });
      this.whole(answer.paper);
    }

    whole(html, failure) {
      my.show(this.failure, failure || "");
      my.put(this.place, html);
    }
  }
  my.Pools = Pools;
})();
