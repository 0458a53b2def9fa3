/* Countdowns: to the appointment, of the time remaining, of a lock; each shows what the server's clock says. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const WARNINGS = [10, 5, 1]; // minutes, announced politely

  const two = (number) => String(number).padStart(2, "0");

  /* 1796 -> "0:29:56" */
  function stopwatch(seconds) {
    return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  }

  function fill(text, values) {
    return (text || "").replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  }

  class Countdowns {
    /* `panel` gives clock, section, texts and say(); `onSecond` is told each second left of the sitting, down to 0. */
    constructor(panel, onSecond) {
      this.panel = panel;
      this.onSecond = onSecond;
      const section = panel.section;
      this.until = section.querySelector("[data-pex-countdown][data-until]");
      this.remaining = section.querySelector("[data-pex-remaining]:not([data-paused])");
      this.locked = section.querySelector("[data-pex-locked]");
      this.lockEnds = 0;
      if (this.locked && Number(this.locked.dataset.seconds)) this.lock(Number(this.locked.dataset.seconds));
      this.last = null;
      this.tick();
    }

    stop() {
      clearTimeout(this.timer);
    }

    tick() {
      clearTimeout(this.timer);
      const now = this.panel.clock.now();
      if (this.until) this.showUntil(this.left(Date.parse(this.until.dataset.until), now));
      if (this.lockEnds) this.showLock(this.left(this.lockEnds, now));
      if (this.remaining) this.showRemaining(this.left(Date.parse(this.panel.section.dataset.deadline), now));
      this.timer = setTimeout(() => this.tick(), 1000 - (now % 1000) + 5);
    }

    left(end, now) {
      return Math.max(0, Math.ceil((end - now) / 1000));
    }

    showUntil(seconds) {
      const { texts } = this.panel;
      const values = {
        day: Math.floor(seconds / 86400),
        hour: Math.floor(seconds / 3600) % 24,
        minute: Math.floor(seconds / 60) % 60,
        second: seconds % 60,
      };
      this.until.dataset.seconds = seconds;
      for (const [unit, value] of Object.entries(values)) {
        const number = this.until.querySelector(`[data-unit="${unit}"]`);
        const text = unit === "day" ? String(value) : two(value);
        if (number.textContent === text) continue;
        number.textContent = text;
        number.parentElement.lastElementChild.textContent = value === 1 ? texts[unit] : texts[unit + "s"];
      }
    }

    /* No try is possible for `seconds`. */
    lock(seconds) {
      this.lockEnds = this.panel.clock.now() + seconds * 1000;
      this.locked.hidden = false;
      this.showLock(seconds);
    }

    showLock(seconds) {
      const button = this.panel.section.querySelector('[data-pex-action="unlock"]');
      this.locked.dataset.seconds = seconds;
      this.locked.textContent = fill(this.panel.texts.locked, { time: stopwatch(seconds) });
      button.disabled = seconds > 0;
      if (seconds > 0) return;
      this.lockEnds = 0;
      this.locked.hidden = true;
      this.panel.clearErrors();
    }

    showRemaining(seconds) {
      this.remaining.dataset.seconds = seconds;
      this.remaining.textContent = stopwatch(seconds);
      const bar = this.panel.section.querySelector("[data-pex-bar]");
      if (bar) bar.toggleAttribute("data-urgent", seconds <= 300);
      for (const minutes of WARNINGS) {
        if (this.last !== null && this.last > minutes * 60 && seconds <= minutes * 60 && seconds > minutes * 60 - 30) {
          const { minute_left: one, minutes_left: many } = this.panel.texts;
          this.panel.say(minutes === 1 ? one : fill(many, { count: minutes }));
        }
      }
      if (seconds !== this.last) this.onSecond(seconds);
      this.last = seconds;
    }
  }

  Object.assign(pex, { Countdowns, fill, stopwatch });
})();
