/* Choose a day, then a time: a month grid moved through with the arrow keys, and the day's slots from the server. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const SLOW_MS = 4000;
  const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

  class Calendar {
    constructor(panel, element) {
      this.panel = panel;
      this.element = element;
      this.slots = element.querySelector("[data-pex-slots]");
      this.note = element.querySelector("[data-pex-day-note]");
      this.count = element.querySelector("[data-pex-slots-note]");
      this.submit = panel.section.querySelector("[data-pex-submit-slot]");
      this.target = panel.section.querySelector("[data-pex-move-to]");
      this.hold = new pex.Hold(panel, element.querySelector("[data-pex-hold]"), (failure) => panel.refused(failure));
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
        Home: () => this.byDays(cell, -weekday) || cell.parentElement.querySelector("td[data-day]"),
        End: () => this.byDays(cell, 6 - weekday) || [...cell.parentElement.querySelectorAll("td[data-day]")].pop(),
        PageUp: () => this.byMonths(cell, -1),
        PageDown: () => this.byMonths(cell, 1),
      }[event.key];
      if (event.key in STEPS) this.focus(this.byDays(cell, STEPS[event.key]) || cell);
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
      return this.cell(date.toISOString().slice(0, 10));
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
      this.note.textContent = month.querySelector(".pex-month__title").textContent;
      const again = month.querySelector(`[data-pex-action="${button.dataset.pexAction}"]`);
      (again.disabled ? month.querySelector('td[tabindex="0"]') : again).focus();
    }

    async pickDay(button) {
      this.select(button);
      await this.load();
    }

    select(button) {
      const cell = button.closest("td");
      this.element.querySelectorAll('[aria-selected="true"]').forEach((c) => c.setAttribute("aria-selected", "false"));
      cell.setAttribute("aria-selected", "true");
      cell.closest("table").querySelectorAll('td[tabindex="0"]').forEach((other) => (other.tabIndex = -1));
      cell.tabIndex = 0;
      this.day = button.dataset.date;
    }

    /* What is being chosen, for the next version of this screen: nothing once it was sent. */
    state() {
      const sent = this.panel.busy === "slot";
      return { day: sent ? "" : this.day, start: this.start, open: !this.element.closest("[hidden]") };
    }

    /* A time is kept since before the page was loaded. */
    restore() {
      const { held, heldDay, heldUntil } = this.element.dataset;
      this.resume({ day: heldDay, start: held, open: !this.element.closest("[data-pex-pane]"), until: heldUntil });
    }

    async resume({ day, start, open, until }) {
      const button = day && this.element.querySelector(`[data-pex-action="pick-day"][data-date="${day}"]:not(:disabled)`);
      if (!button || !open) return;
      if (this.element.closest("[hidden]")) this.panel.showPane("calendar");
      this.select(button);
      this.show(button.closest("[data-month]"));
      await this.load();
      const slot = start && this.day === day && !this.start && this.slots.querySelector(`[data-start="${start}"]`);
      if (!slot || slot.disabled) return;
      this.press(slot);
      if (until) this.hold.kept(until);
      else this.hold.ask(start);
    }

    async load() {
      const day = this.day;
      const asked = (this.asked = {});
      const mine = () => this.asked === asked;
      this.choice(null);
      this.hold.forget();
      this.wait(this.panel.texts.loading_slots);
      const slow = setTimeout(() => mine() && this.wait(this.panel.texts.slow_slots), SLOW_MS);
      try {
        const answer = await this.panel.ask("slots", { date: day });
        if (mine()) this.list(answer.slots_html);
      } catch (failure) {
        if (mine()) this.failed(this.panel.sentence(failure), failure.code);
      } finally {
        clearTimeout(slow);
        if (mine()) this.slots.removeAttribute("aria-busy");
        pex.frame.refresh();
      }
    }

    wait(text) {
      this.slots.setAttribute("aria-busy", "true");
      this.count.textContent = text;
      this.say(text);
      const bones = document.createElement("div");
      bones.className = "pex-slots";
      bones.setAttribute("aria-hidden", "true");
      bones.append(...Array.from({ length: 8 }, () => Object.assign(document.createElement("span"), { className: "pex-bone" })));
      this.slots.append(bones);
    }

    list(html) {
      this.slots.innerHTML = html;
      const summary = this.slots.querySelector("[data-pex-slots-summary]");
      this.count.textContent = summary ? summary.textContent : "";
      if (summary) summary.remove(); // said once
    }

    failed(text, code) {
      this.count.textContent = "";
      this.say(text, code);
      const again = document.createElement("button");
      Object.assign(again, { type: "button", className: "pex-btn", textContent: this.panel.texts.retry });
      again.dataset.pexAction = "retry-slots";
      this.slots.append(again);
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
      if (this.start === button.dataset.start) return;
      this.press(button);
      this.hold.ask(this.start);
    }

    press(button) {
      this.slots.querySelectorAll("[aria-pressed]").forEach((b) => b.setAttribute("aria-pressed", String(b === button)));
      this.choice(button);
    }

    choice(button) {
      this.start = button ? button.dataset.start : "";
      this.submit.disabled = !button;
      this.submit.dataset.label = this.submit.dataset.label || this.submit.textContent;
      const text = this.panel.texts[this.element.dataset.mode];
      this.submit.textContent = button ? pex.fill(text, { when: button.dataset.when }) : this.submit.dataset.label;
      if (this.target) this.target.textContent = button ? button.dataset.when : this.panel.texts.choose_time;
    }

    /* The zone is a field of the candidate's information, below the calendar. */
    changeZone() {
      const field = this.panel.section.querySelector('[data-pex-field="time_zone"]');
      for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
      pex.frame.refresh();
      field.focus();
    }

    /* Book, or move to, the time chosen; a request to keep it that is under way is waited for. */
    confirm(button, name) {
      const { start } = this;
      this.panel.during(button, async () => {
        await this.hold.settled();
        this.panel.apply(await this.panel.ask(name, { start }));
      });
    }
  }

  pex.Calendar = Calendar;
})();
