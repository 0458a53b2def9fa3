/* The candidate's panel: clicks become requests, answers become screens. The server decides, this file only shows. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const OVER = ["submitted", "result", "invalidated", "interrupted", "missed", "closed"];
  const FIELD_OF = { wrong_password: "password", password_locked: "password" };
  const REOPEN_MS = 3000;
  const EAGER_MS = [1500, 2500, 4000, 6000, 8000, 10000];

  /* A request made twice is known by it. */
  const newNonce = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

  class Panel {
    constructor(root, args) {
      this.root = root;
      this.clock = new pex.ServerClock(args.server_time);
      this.net = new pex.Net(args.handlers, this.clock);
      this.fingerprint = args.fingerprint || "";
      this.checkFiles = args.check;
      this.window = "";
      this.nonce = newNonce();
      this.messages = new pex.Messages(root);
      this.section = root.querySelector("[data-pex-phase]");
      this.attempt = this.section.dataset.attempt;
      this.predecessor = this.inherit();
      /* Nothing of the sitting is sent before this window has its token. */
      this.opened = ["sitting", "room"].includes(this.phase) ? this.openWindow() : Promise.resolve();
      this.listen();
      pex.frame.attach(root);
      this.mount(this.section);
      if (this.calendar) this.calendar.restore();
    }

    get phase() {
      return this.section.dataset.pexPhase;
    }

    // Screens.

    /* Take `section` as the present screen. */
    mount(section, former) {
      this.section = section;
      this.attempt = section.dataset.attempt;
      this.texts = JSON.parse(section.querySelector(':scope > script[type="application/json"]').textContent);
      if (this.countdowns) this.countdowns.stop();
      const find = (selector) => section.querySelector(selector);
      this.sitting = this.phase === "sitting" ? new pex.Sitting(this, former) : null;
      this.countdowns = new pex.Countdowns(this, (seconds) => this.onSecond(seconds));
      const calendar = find("[data-pex-calendar]");
      if (this.calendar) this.calendar.hold.forget();
      this.calendar = calendar ? new pex.Calendar(this, calendar) : null;
      const rehearsal = find("[data-pex-rehearsal]");
      if (rehearsal) new pex.Rehearsal(this, rehearsal);
      pex.form.restore(section, this.texts);
      pex.payment.restore(section);
      if (this.check) this.check.remount();
      if (OVER.includes(this.phase) && this.attempt) {
        this.window = this.predecessor = "";
        this.handIn();
      }
      this.schedule();
      pex.frame.refresh();
    }

    /* The exam is over: answers that never left this computer go to the course team, then nothing of them stays. */
    async handIn() {
      const key = `pex:${this.attempt}:answers`;
      for (const [part, { revision, answers }] of Object.entries(pex.store.get(key) || {})) {
        try {
          await this.ask("save_draft", { part: Number(part), revision, answers });
        } catch (failure) {
          if (failure.retryable) return; // at the next visit
        }
      }
      pex.store.remove(key);
    }

    onSecond(seconds) {
      if (!this.sitting) return;
      if (seconds) this.sitting.lastCall(seconds);
      else this.sitting.timeUp();
    }

    /* Show what an answer brought: token, message, and the new screen if it changed. */
    apply(answer) {
      if (answer.window) this.window = answer.window;
      if (answer.html) {
        this.swap(answer.html);
        this.fingerprint = answer.fingerprint; // of what is on the screen, not of what may have changed since
      }
      if (answer.message && answer.ok !== false) this.say(answer.message);
    }

    swap(html) {
      const template = document.createElement("template");
      template.innerHTML = html;
      const next = template.content.querySelector("[data-pex-phase]");
      const before = this.section;
      const same = next.dataset.pexPhase === before.dataset.pexPhase;
      if (same && this.sitting && this.sitting.adopt(next)) return this.schedule();
      const inside = before.contains(document.activeElement);
      const focus = inside ? this.trace(document.activeElement) : null;
      const former = this.sitting;
      this.closeDialogs();
      if (same) pex.form.carry(before, next);
      const chosen = same && this.calendar ? this.calendar.state() : null;
      before.replaceWith(next);
      if (former && next.dataset.pexPhase !== "sitting") former.close();
      this.mount(next, same ? former : null);
      if (chosen && this.calendar) this.calendar.resume(chosen);
      if (next.hasAttribute("data-other-window") && this.predecessor) this.opened = this.openWindow();
      if (same) this.tell(before, next);
      if (same) return inside ? this.refocus(focus) : undefined;
      this.messages.hush();
      this.arrive();
    }

    /* What changed in a sentence that is followed from afar is said once, politely. */
    tell(before, next) {
      const [old, now] = [before, next].map((section) => section.querySelector("[data-pex-live]"));
      if (now && (!old || old.textContent !== now.textContent)) this.say(now.textContent);
    }

    trace(element) {
      const { pexAction, date, start } = element.dataset;
      if (element.id) return `#${CSS.escape(element.id)}`;
      if (element.tagName === "SELECT" && element.name) return `[name="${CSS.escape(element.name)}"]`;
      if (element.name) return `[name="${CSS.escape(element.name)}"][value="${CSS.escape(element.value)}"]`;
      if (!pexAction) return null;
      return `[data-pex-action="${pexAction}"]` + (date ? `[data-date="${date}"]` : "") + (start ? `[data-start="${start}"]` : "");
    }

    refocus(selector) {
      const places = selector ? [...this.section.querySelectorAll(selector)] : [];
      const found = places.find((element) => element.offsetParent !== null && !element.disabled);
      (found || this.section.querySelector("[data-pex-heading]")).focus({ preventScroll: true });
    }

    arrive() {
      this.section.querySelector("[data-pex-heading]").focus({ preventScroll: true });
      pex.frame.reveal(this.section);
    }

    // Requests.

    /* One request with what every request carries; an answer with a new screen is the caller's to apply. */
    ask(name, body, timeout) {
      return this.net.post(name, { ...body, ...this.envelope() }, timeout);
    }

    envelope() {
      const envelope = { known: this.fingerprint, nonce: this.nonce };
      return this.window ? { ...envelope, window: this.window } : envelope;
    }

    farewell(name, body) {
      this.net.farewell(name, { ...body, ...this.envelope() });
    }

    /* Run `work` for a click on `button`: never twice at once, never leaving a dead button. */
    async during(button, work) {
      if (this.busy) return;
      this.busy = button && button.matches("[data-pex-submit-slot]") ? "slot" : true;
      this.clearErrors();
      const { section } = this;
      section.setAttribute("aria-busy", "true");
      if (button) Object.assign(button, { disabled: true }).setAttribute("data-busy", "");
      try {
        await work();
      } catch (failure) {
        if (!(failure instanceof pex.Failure)) throw failure;
        this.refused(failure);
      } finally {
        this.busy = false;
        section.removeAttribute("aria-busy");
        if (button) {
          button.disabled = button.matches("[data-pex-submit-slot]") ? !(this.calendar && this.calendar.start) : false;
          button.removeAttribute("data-busy");
          if (this.countdowns) this.countdowns.tick();
          if (document.activeElement === document.body && button.isConnected && !button.disabled) button.focus();
        }
      }
    }

    act(button, name, body) {
      return this.during(button, async () => this.apply(await this.ask(name, body || {})));
    }

    /* A refusal: the screen it came with, then its sentence at its field or in the alert. */
    refused(failure) {
      const { answer, code } = failure;
      if (answer.html) this.apply({ ...answer, ok: false });
      else if (code === "window_lost" || code === "time_over") this.refresh();
      const fields = answer.fields || {};
      const single = answer.field || FIELD_OF[code];
      const named = Object.keys(fields).length ? fields : single ? { [single]: this.sentence(failure) } : {};
      let first = null;
      for (const [name, text] of Object.entries(named)) {
        const input = this.section.querySelector(`[data-pex-field="${name}"]`);
        if (!input) continue;
        this.messages.atField(input, text, code);
        first = first || input;
      }
      if (code === "password_locked" && this.countdowns.locked) this.countdowns.lock(answer.retry_after || 60);
      if (["slot_full", "slot_not_offered", "lead_time"].includes(code) && this.calendar && this.calendar.day) this.calendar.load();
      if (first) first.focus();
      else this.alarm(this.sentence(failure), code);
    }

    sentence(failure) {
      if (failure.answer.message) return failure.answer.message;
      return failure.code === "unreachable" ? this.texts.unreachable : this.texts.failed;
    }

    clearErrors() {
      this.messages.clear(this.section);
    }

    say(text) {
      this.messages.say(text);
    }

    alarm(text, code) {
      this.messages.alarm(text, code, this.texts.close);
    }

    /* "16:04:12" in the zone that the screen is written in. */
    time(date) {
      const options = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
      try {
        return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: this.section.dataset.zone }).format(date);
      } catch (error) {
        return new Intl.DateTimeFormat("en-GB", options).format(date); // a zone newer than the browser
      }
    }

    // Asking the server what the screen is now.

    schedule() {
      clearTimeout(this.poll);
      const seconds = Number(this.section.dataset.poll);
      const until = Date.parse(this.section.dataset.next) - this.clock.now() + 250;
      const waits = [seconds ? seconds * 1000 : Infinity, until > 0 ? until : Infinity];
      const wait = Math.min(...waits, 3600000);
      if (wait < Infinity && (seconds || until > 0)) this.poll = setTimeout(() => this.refresh(), wait);
    }

    async refresh() {
      clearTimeout(this.poll);
      if (!this.asking) {
        this.asking = this.ask("screen", {}).then(
          (answer) => {
            if (!this.busy) this.apply(answer);
            if (this.sitting && !this.sitting.dirty.length) this.sitting.connection("online");
          },
          (failure) => {
            if (this.sitting && failure.retryable) this.sitting.connection("offline");
            else if (failure.answer.html && !this.busy) this.apply({ ...failure.answer, ok: false });
          },
        );
        this.asking.finally(() => (this.asking = null));
      }
      await this.asking;
      this.schedule();
    }

    /* Ask again and again, for a minute or so, until the phase changes. */
    async watch(first) {
      const { phase } = this;
      const waits = first ? Array(40).fill(first) : EAGER_MS;
      for (const wait of waits) {
        await new Promise((resolve) => setTimeout(resolve, wait));
        if (this.phase !== phase) return;
        await this.refresh();
        if (this.phase !== phase) return;
      }
    }

    /* What the page before left for this one: its token or, of a request whose answer it had not seen, its nonce. */
    inherit() {
      const key = `pex:${this.attempt}:window`;
      const left = pex.store.get(key) || {};
      pex.store.remove(key);
      if (left.nonce) this.nonce = left.nonce;
      return left.token || "";
    }

    bequeath() {
      const key = `pex:${this.attempt}:window`;
      if (!this.attempt || OVER.includes(this.phase)) return;
      if (this.window) pex.store.set(key, { token: this.window });
      else if (this.predecessor || !pex.store.get(key)) pex.store.set(key, { token: this.predecessor, nonce: this.nonce });
    }

    /* Ask for this window's token, in exchange for that of the page it replaces; not over until the server answers. */
    async openWindow() {
      const { predecessor } = this;
      this.root.toggleAttribute("data-opening", this.section.hasAttribute("data-other-window"));
      for (;;) {
        try {
          const answer = await this.ask("open_window", { predecessor });
          this.predecessor = "";
          this.apply(answer);
          break;
        } catch (failure) {
          if (!failure.retryable) {
            this.predecessor = "";
            if (failure.answer.html) this.apply({ ...failure.answer, ok: false });
            break;
          }
          this.root.removeAttribute("data-opening");
          this.alarm(this.sentence(failure), failure.code);
          await new Promise((resolve) => setTimeout(resolve, REOPEN_MS));
        }
      }
      this.root.removeAttribute("data-opening");
    }

    // Events.

    listen() {
      this.root.addEventListener("click", (event) => this.onClick(event));
      this.root.addEventListener("submit", (event) => this.onSubmit(event));
      this.root.addEventListener("change", (event) => pex.form.changed(event.target));
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible") this.refresh();
        else if (this.sitting) this.sitting.flush();
      });
      window.addEventListener("pageshow", (event) => {
        if (!event.persisted) return;
        pex.store.remove(`pex:${this.attempt}:window`);
        this.nonce = newNonce(); // the page after may live with the old one
        this.refresh();
      });
      window.addEventListener("pagehide", () => {
        if (this.sitting) this.sitting.leave();
        this.bequeath();
      });
      window.addEventListener("beforeunload", (event) => {
        if (this.sitting && this.sitting.unverified) event.preventDefault();
      });
      window.addEventListener("online", () => (this.sitting && this.sitting.dirty.length ? this.sitting.flush() : this.refresh()));
      window.addEventListener("offline", () => this.sitting && this.sitting.connection("offline"));
    }

    onClick(event) {
      const tab = event.target.closest("[data-pex-part]");
      if (tab && this.sitting) this.sitting.open(this.sitting.part(tab.dataset.pexPart));
      const element = event.target.closest("[data-pex-action]");
      if (!element || element.type === "submit" || element.disabled) return;
      const name = element.dataset.pexAction.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
      const action = pex.actions[name];
      if (action) action(this, element);
    }

    onSubmit(event) {
      event.preventDefault();
      const form = event.target;
      const button = form.querySelector("[type=submit]");
      if (button.disabled) return;
      const body = {};
      for (const input of form.querySelectorAll("[data-pex-field]")) {
        body[input.dataset.pexField] = input.value;
        if (input.type !== "password") continue;
        input.value = "";
        if (!body.password) return void input.focus(); // nothing typed is not a try
      }
      this.act(button, form.dataset.pexForm.replace(/-/g, "_"), body);
    }

    // Dialogs.

    /* Open the dialog `name`, its places filled; `onConfirm` runs on its confirm button. */
    open(name, onConfirm, places) {
      const dialog = this.section.querySelector(`[data-pex-dialog="${name}"]`);
      pex.fillPlaces(dialog, places || {});
      this.onConfirm = onConfirm;
      dialog.showModal();
      dialog.querySelector("h3").focus({ preventScroll: true });
    }

    closeDialogs() {
      this.section.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
    }

    /* Show one pane of the booked screen: the appointment, or the calendar to move it. */
    movePane(name) {
      this.showPane(name);
      const pane = this.section.querySelector(`[data-pex-pane="${name}"]`);
      (pane.querySelector("h3[tabindex]") || pane.querySelector("button")).focus();
      pex.frame.reveal(this.section);
    }

    showPane(name) {
      this.section.querySelectorAll("[data-pex-pane]").forEach((pane) => (pane.hidden = pane.dataset.pexPane !== name));
    }
  }

  pex.Panel = Panel;
})();
