/* The sitting: every change is saved by itself within a second, one request in flight, the latest wins; what could not
   be sent waits in localStorage and leaves when the network is back, or with the page. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const PAUSE_MS = 500; // between a change and its saving
  const RETRY_MS = [1000, 2000, 4000, 8000];
  const LAST_CALL_S = 2;

  class Sitting {
    constructor(panel, former) {
      this.panel = panel;
      this.section = panel.section;
      this.key = `pex:${panel.attempt}:answers`;
      this.parts = [...this.section.querySelectorAll("[data-pex-part]")].map((tab) => new pex.Part(panel, tab));
      this.failures = 0;
      this.attention = new pex.Attention(this.section, former && former.attention);
      this.idle = Promise.resolve();
      if (former) this.idle = former.close();
      this.restore(former);
      const kept = former && this.part(former.current.number);
      this.open(kept || this.parts.find((part) => part.tab.getAttribute("aria-selected") === "true") || this.parts[0]);
      this.section.addEventListener("change", (event) => this.onChange(event));
      this.section.querySelector('[role="tablist"]').addEventListener("keydown", (event) => this.onTabKey(event));
      pex.typeset(this.section);
      if (this.dirty.length) this.flush();
    }

    /* Stop for good, e.g. when the screen is replaced; resolves when the request in flight is over. */
    close() {
      this.closed = true;
      this.attention.stop();
      clearTimeout(this.timer);
      return this.idle;
    }

    /* True when `next` differs from this screen by its times only: they are taken, and nobody is disturbed. */
    adopt(next) {
      const mine = this.section;
      const seal = (section) => [...section.querySelectorAll("[data-pex-part]")].map((t) => t.dataset.attemptsUsed).join();
      if (this.over || next.lang !== mine.lang || next.dataset.attempt !== mine.dataset.attempt) return false;
      if (seal(next) !== seal(mine)) return false;
      const more = Date.parse(next.dataset.deadline) > Date.parse(mine.dataset.deadline);
      for (const name of ["deadline", "next", "poll"]) mine.dataset[name] = next.dataset[name];
      const { panel } = this;
      panel.countdowns.tick();
      const time = mine.querySelector("[data-pex-remaining]").textContent;
      if (more) panel.say(pex.fill(panel.texts.extended, { time }));
      return true;
    }

    part(number) {
      return this.parts.find((part) => part.number === Number(number));
    }

    get dirty() {
      return this.parts.filter((part) => part.dirty && !part.submitted);
    }

    /* True while leaving would leave something that does not count. */
    get unverified() {
      return !this.over && this.parts.some((part) => part.dirty || part.tab.dataset.state === "draft");
    }

    // What the server had not seen when it made this screen: from the screen before, or from before a reload or a crash.

    restore(former) {
      const kept = pex.store.get(this.key) || {};
      for (const part of this.parts) {
        const mine = former ? former.part(part.number).state() : kept[part.number];
        if (!mine || part.submitted || mine.revision <= part.revision) continue;
        part.put(mine.answers);
        for (const [id, seconds] of Object.entries(mine.spent || {})) this.attention.put(id, seconds);
        part.revision = mine.revision;
        part.dirty = !mine.saved;
        part.saved = mine.saved || part.saved;
        part.questions.forEach((question) => this.mark(question));
        this.summarise(part);
      }
      this.keep();
    }

    keep() {
      const kept = {};
      for (const part of this.dirty) kept[part.number] = this.content(part);
      if (Object.keys(kept).length) pex.store.set(this.key, kept);
      else pex.store.remove(this.key);
    }

    /* What the server is sent of a part. */
    content(part) {
      return { revision: part.revision, answers: part.answers(), spent: this.attention.of(part) };
    }

    // Answering.

    onChange(event) {
      const question = event.target.closest("[data-pex-question]");
      const element = event.target.closest("[data-pex-panel]");
      if (!question || !element || this.over) return;
      this.mark(question);
      this.touch(this.part(element.dataset.pexPanel));
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(), PAUSE_MS);
    }

    mark(question) {
      const answered = question.querySelector("input:checked") || [...question.querySelectorAll("select")].some((s) => s.value);
      question.dataset.state = answered ? "answered" : "unanswered";
    }

    touch(part) {
      part.revision += 1;
      part.dirty = true;
      this.keep();
      this.summarise(part);
      if (part === this.current) this.foot();
    }

    summarise(part) {
      const { texts } = this.panel;
      const values = { done: part.done, total: part.total };
      part.tab.dataset.state = part.element.dataset.state = "draft";
      part.tab.querySelector("[data-pex-summary]").textContent = pex.fill(texts.summary_draft, values);
    }

    // Saving.

    /* Send what is not saved yet; resolves to true when the server has everything. */
    flush() {
      clearTimeout(this.timer);
      this.idle = this.idle.then(() => this.drain());
      return this.idle;
    }

    async drain() {
      await this.panel.opened;
      while (!this.closed && this.dirty.length) {
        const part = this.dirty[0];
        if (!(await this.save(part))) return false;
      }
      return !this.closed;
    }

    async save(part) {
      const sent = part.revision;
      this.connection("saving");
      try {
        const answer = await this.panel.ask("save_draft", { part: part.number, ...this.content(part) });
        this.failures = 0;
        if (part.revision === sent) part.dirty = false;
        if (this.closed) return true;
        this.connection("online");
        this.saved(part, answer.saved_at);
        this.keep();
        this.panel.apply(answer);
        return true;
      } catch (failure) {
        return this.closed ? false : this.failed(part, failure);
      }
    }

    /* A part that could not be saved: try again later, with a newer revision since the lost request may have arrived. */
    failed(part, failure) {
      this.failures += 1;
      if (failure.code === "stale_revision" && this.failures < 20) {
        part.revision = Math.max(part.revision, Number(failure.answer.revision) || 0) + this.failures;
        this.keep();
        return true;
      }
      if (failure.retryable) {
        part.revision += 1;
        this.keep();
        this.connection("offline");
        this.timer = setTimeout(() => this.flush(), RETRY_MS[Math.min(this.failures, RETRY_MS.length) - 1]);
        return false;
      }
      this.connection("online");
      if (["part_closed", "unknown_answer"].includes(failure.code)) part.dirty = false;
      this.panel.refused(failure);
      return false;
    }

    saved(part, iso) {
      if (!iso) return;
      const time = this.panel.time(new Date(iso));
      part.saved = time;
      const place = this.section.querySelector("[data-pex-saved-at]");
      place.dataset.pexSavedAt = iso;
      place.textContent = pex.fill(this.panel.texts.saved_at, { time });
      if (part === this.current) this.foot();
    }

    connection(state) {
      const place = this.section.querySelector("[data-pex-connection]");
      if (place.dataset.pexConnection === state) return;
      place.dataset.pexConnection = state;
      place.textContent = this.panel.texts[state];
      if (state === "offline") this.panel.say(this.panel.texts.offline);
    }

    /* The page is going away: the last edits leave without waiting. */
    leave() {
      for (const part of this.over ? [] : this.dirty) {
        part.revision += 1;
        this.panel.farewell("save_draft", { part: part.number, ...this.content(part) });
      }
      this.keep();
    }

    // Buttons.

    async savePart() {
      const part = this.current;
      if (!part.dirty) this.touch(part);
      if (await this.flush()) this.panel.say(pex.fill(this.panel.texts.draft_saved, { time: part.saved }));
    }

    /* Say what is unanswered, then submit the part on confirmation. */
    askSubmit(button) {
      const { texts } = this.panel;
      const part = this.current;
      const missing = pex.ranges(part.unanswered());
      this.panel.open("submit-part", () => this.panel.during(button, () => this.alone(() => this.submitPart(part))), {
        counts: pex.fill(texts.answered, { done: part.done, total: part.total }),
        missing: missing ? pex.fill(texts.unanswered, { numbers: missing }) : "",
      });
    }

    async submitPart(part) {
      part.revision += 1;
      const { done } = part;
      const answer = await this.panel.ask("submit_part", { part: part.number, ...this.content(part) });
      part.dirty = false;
      part.submitted = true;
      this.keep();
      this.panel.apply(answer);
      this.panel.say(pex.fill(this.panel.texts.verified, { number: part.number, done }));
    }

    /* Say what is unanswered and what is not verified, then end the exam on confirmation. */
    askFinish(button) {
      const { texts } = this.panel;
      const lines = this.parts.map((part) => {
        const values = { number: part.number, done: part.done, total: part.total };
        if (part.submitted) return pex.fill(texts.part_verified, values);
        return pex.fill(part.tab.dataset.state === "draft" ? texts.part_draft : texts.part_untouched, values);
      });
      const missing = pex.ranges(this.parts.flatMap((part) => part.unanswered()));
      const complete = this.parts.every((part) => part.done === part.total);
      this.panel.open("finish", () => this.panel.during(button, () => this.alone(() => this.finish())), {
        parts: lines,
        missing: missing ? pex.fill(texts.unanswered, { numbers: missing }) : complete ? texts.all_answered : "",
        drafts: this.unverified,
      });
    }

    async finish() {
      const drafts = {};
      for (const part of this.dirty) {
        part.revision += 1;
        drafts[part.number] = this.content(part);
      }
      const answer = await this.panel.ask("finish", { drafts });
      this.over = true;
      pex.store.remove(this.key);
      this.panel.apply(answer);
    }

    /* Run `work` once the request in flight is over, and keep the automatic saving out until it is done. */
    alone(work) {
      clearTimeout(this.timer);
      const run = this.idle.then(work);
      this.idle = run.catch(() => {});
      return run.finally(() => {
        if (!this.closed && !this.over && this.dirty.length) this.flush();
      });
    }

    // The end of the time.

    lastCall(seconds) {
      if (seconds === LAST_CALL_S && this.dirty.length) this.flush();
    }

    async timeUp() {
      if (this.over) return;
      const last = this.flush();
      this.over = true;
      this.section.querySelectorAll("[data-pex-question]").forEach((question) => (question.disabled = true));
      this.section.querySelectorAll("[data-pex-foot] button, [data-pex-action=finish]").forEach((b) => (b.disabled = true));
      this.panel.closeDialogs();
      this.panel.say(this.panel.texts.time_up);
      await last;
      this.panel.watch(1000);
    }

    // Tabs.

    onTabKey(event) {
      const index = this.parts.indexOf(this.current);
      const count = this.parts.length;
      const target = {
        ArrowRight: (index + 1) % count,
        ArrowLeft: (index - 1 + count) % count,
        Home: 0,
        End: count - 1,
      }[event.key];
      if (target === undefined) return;
      event.preventDefault();
      this.open(this.parts[target]);
      this.current.tab.focus();
    }

    open(part) {
      if (this.current && this.current !== part) this.attention.drop();
      this.current = part;
      for (const other of this.parts) {
        other.tab.setAttribute("aria-selected", String(other === part));
        other.tab.tabIndex = other === part ? 0 : -1;
        other.element.hidden = other !== part;
      }
      this.foot();
      pex.frame.refresh();
    }

    get following() {
      const open = this.parts.filter((part) => !part.submitted);
      return open.find((part) => part.number > this.current.number) || open[0];
    }

    next() {
      this.open(this.following);
      this.current.tab.focus();
      pex.frame.reveal(this.section);
    }

    foot() {
      const part = this.current;
      const { texts } = this.panel;
      const find = (name) => this.section.querySelector(`[data-pex-foot] ${name}`);
      const saved = !part.dirty && part.saved;
      const draft = find("[data-pex-draft]");
      draft.dataset.saved = part.submitted || saved ? "yes" : "no";
      if (part.submitted) draft.textContent = part.tab.querySelector("[data-pex-summary]").textContent;
      else draft.textContent = saved ? pex.fill(texts.draft_saved, { time: part.saved }) : texts.draft_unsaved;
      find("[data-pex-tries]").textContent = part.element.dataset.tries;
      find('[data-pex-action="save-part"]').hidden = part.submitted;
      find('[data-pex-action="submit-part"]').hidden = part.submitted;
      find('[data-pex-action="next-part"]').hidden = !part.submitted || !this.following;
    }
  }

  pex.Sitting = Sitting;
})();
