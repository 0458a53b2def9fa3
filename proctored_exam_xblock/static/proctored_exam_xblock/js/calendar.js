/* Choose a day, then a time: a month grid moved through with the arrow keys, and the day's slots from the server. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

  class Calendar {
    constructor(panel, element) {
      this.panel = panel;
      this.element = element;
      this.slots = element.querySelector("[data-pex-slots]");
      this.note = element.querySelector("[data-pex-day-note]");
      this.submit = panel.section.querySelector("[data-pex-submit-slot]");
      this.start = "";
      element.addEventListener("keydown", (event) => this.onKey(event));
      element.addEventListener("click", (event) => this.explain(event.target.closest("td[data-day]")));
    }

    explain(cell) {
      if (cell) this.note.textContent = cell.dataset.reason || "";
    }

    onKey(event) {
      const cell = event.target.closest("td[data-day]");
      if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
      const weekday = (new Date(cell.dataset.day + "T12:00:00Z").getUTCDay() + 6) % 7;
      const target = {
        Home: () => this.byDays(cell, -weekday),
        End: () => this.byDays(cell, 6 - weekday),
        PageUp: () => this.byMonths(cell, -1),
        PageDown: () => this.byMonths(cell, 1),
      }[event.key];
      if (event.key in STEPS) this.focus(this.byDays(cell, STEPS[event.key]));
      else if (target) this.focus(target());
      else if ((event.key === "Enter" || event.key === " ") && event.target === cell) this.choose(cell);
      else return;
      event.preventDefault();
    }

    choose(cell) {
      const button = cell.querySelector("button");
      if (button && !button.disabled) button.click();
      else this.explain(cell);
    }

    byDays(cell, days) {
      const date = new Date(cell.dataset.day + "T12:00:00Z");
      date.setUTCDate(date.getUTCDate() + days);
      return this.cell(date.toISOString().slice(0, 10)) || cell;
    }

    byMonths(cell, months) {
      const [year, month, day] = cell.dataset.day.split("-").map(Number);
      const last = new Date(Date.UTC(year, month + months, 0, 12));
      last.setUTCDate(Math.min(day, last.getUTCDate()));
      return this.cell(last.toISOString().slice(0, 10)) || cell;
    }

    cell(day) {
      return this.element.querySelector(`td[data-day="${day}"]`);
    }

    focus(cell) {
      const month = cell.closest("[data-month]");
      this.show(month);
      month.querySelectorAll('td[tabindex="0"]').forEach((other) => (other.tabIndex = -1));
      cell.tabIndex = 0;
      cell.focus();
    }

    show(month) {
      this.element.querySelectorAll("[data-month]").forEach((other) => (other.hidden = other !== month));
    }

    /* Go `step` months on from the month of `button`. */
    turn(button, step) {
      const months = [...this.element.querySelectorAll("[data-month]")];
      const month = months[months.indexOf(button.closest("[data-month]")) + step];
      if (!month) return;
      this.show(month);
      const again = month.querySelector(`[data-pex-action="${button.dataset.pexAction}"]`);
      (again.disabled ? month.querySelector('td[tabindex="0"]') : again).focus();
    }

    async pickDay(button) {
      const cell = button.closest("td");
      this.element.querySelectorAll('[aria-selected="true"]').forEach((c) => c.setAttribute("aria-selected", "false"));
      cell.setAttribute("aria-selected", "true");
      cell.closest("table").querySelectorAll('td[tabindex="0"]').forEach((other) => (other.tabIndex = -1));
      cell.tabIndex = 0;
      this.day = button.dataset.date;
      await this.load();
    }

    async load() {
      const day = this.day;
      this.choice(null);
      this.say(this.panel.texts.loading_slots);
      this.slots.setAttribute("aria-busy", "true");
      try {
        const answer = await this.panel.ask("slots", { date: day });
        if (day === this.day) this.slots.innerHTML = answer.slots_html;
      } catch (failure) {
        if (day === this.day) this.say(this.panel.sentence(failure), failure.code);
      } finally {
        if (day === this.day) this.slots.removeAttribute("aria-busy");
        pex.frame.refresh();
      }
    }

    say(text, code) {
      const line = document.createElement("p");
      line.className = code ? "pex-error" : "pex-small";
      line.textContent = text;
      if (code) line.dataset.pexError = code;
      if (code) line.setAttribute("role", "alert");
      this.slots.replaceChildren(line);
    }

    pickSlot(button) {
      this.slots.querySelectorAll("[aria-pressed]").forEach((b) => b.setAttribute("aria-pressed", String(b === button)));
      this.choice(button);
    }

    choice(button) {
      this.start = button ? button.dataset.start : "";
      this.submit.disabled = !button;
      this.submit.dataset.label = this.submit.dataset.label || this.submit.textContent;
      const text = this.panel.texts[this.element.dataset.mode];
      this.submit.textContent = button ? pex.fill(text, { when: button.dataset.when }) : this.submit.dataset.label;
    }
  }

  pex.Calendar = Calendar;
})();
