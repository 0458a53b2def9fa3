/* A chosen time is kept at the server while the candidate confirms: asked for one after the other, and never in the way
   of the confirmation, which takes a seat by itself when none was kept. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});

  const LONGEST_MS = 3000;

  class Hold {
    /* `refused` is told of a time that cannot be had. */
    constructor(panel, place, refused) {
      this.panel = panel;
      this.place = place;
      this.refused = refused;
      this.last = Promise.resolve();
      this.wanted = "";
    }

    /* Keep `start`, instead of what was kept before. */
    ask(start) {
      this.forget();
      this.wanted = start;
      this.last = this.last.then(() => (this.wanted === start ? this.request(start) : undefined));
    }

    async request(start) {
      let answer;
      try {
        answer = await this.panel.ask("hold_slot", { start });
      } catch (failure) {
        if (this.wanted === start && !failure.retryable && !this.panel.busy) this.refused(failure);
        return;
      }
      if (answer.phase !== this.panel.phase) this.panel.apply(answer);
      else if (this.wanted === start && answer.held) this.kept(answer.held.until);
    }

    /* Say until when, and that it is over. */
    kept(until) {
      const { texts, clock } = this.panel;
      const left = Date.parse(until) - clock.now();
      if (left <= 0) return;
      this.place.textContent = pex.fill(texts.held, { time: this.panel.time(new Date(until)).slice(0, 5) });
      pex.frame.refresh();
      this.timer = setTimeout(() => this.lapse(until), left);
    }

    lapse(until) {
      if (Date.parse(until) > this.panel.clock.now()) return this.kept(until); // the computer's clock runs otherwise
      if (this.place.isConnected) this.place.textContent = this.panel.texts.held_over;
    }

    forget() {
      clearTimeout(this.timer);
      this.wanted = "";
      this.place.textContent = "";
    }

    /* Until nothing is under way, or for a moment: what comes later to the server than the confirmation does no harm. */
    settled() {
      return Promise.race([this.last, new Promise((resolve) => setTimeout(resolve, LONGEST_MS))]);
    }
  }

  pex.Hold = Hold;
})();
