/* One minute to see for oneself that an answer survives a lost network and a reload; it touches nothing of the exam. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const KEY = "pex:rehearsal";
  const FRESH_MS = 10 * 60 * 1000;

  class Rehearsal {
    constructor(panel, element) {
      this.panel = panel;
      this.element = element;
      this.note = element.querySelector("[data-pex-rehearsal-note]");
      element.addEventListener("change", (event) => this.keep(event.target.value));
      this.restore();
    }

    restore() {
      const kept = pex.store.get(KEY);
      const fresh = kept && Date.now() - kept.at < FRESH_MS;
      const input = fresh && this.element.querySelector(`input[value="${CSS.escape(kept.value)}"]`);
      if (!input) return;
      input.checked = true;
      this.element.open = true;
      this.note.textContent = this.panel.texts.rehearsal_back;
    }

    async keep(value) {
      const { texts } = this.panel;
      pex.store.set(KEY, { value, at: Date.now() });
      try {
        await this.panel.ask("screen", {});
        const time = this.panel.time(new Date(this.panel.clock.now()));
        this.note.textContent = pex.fill(texts.rehearsal_saved, { time });
      } catch (failure) {
        this.note.textContent = texts.rehearsal_kept;
      }
    }
  }

  pex.Rehearsal = Rehearsal;
})();
