/* One check of the equipment: all tests at once at a click, recorded when they end or their time does; each can be
   skipped, and repeated afterwards. The server decides what the values mean. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const ANSWER_MS = 10000; // how long the check waits for an answer to the browser's question
  const BRIEF_MS = 2500;
  const LONG_MS = 15000;
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const newName = () => crypto.getRandomValues(new Uint32Array(3)).join("-");

  class EquipmentCheck {
    constructor(panel) {
      this.panel = panel;
      this.measures = null;
      this.running = new Map(); // test -> AbortController
      window.addEventListener("pagehide", () => this.abort());
    }

    get holder() {
      return this.panel.section.querySelector("[data-pex-equipment]");
    }

    get tests() {
      return this.holder.dataset.tests.split(" ").filter(Boolean);
    }

    // What a click does.

    async run() {
      if (this.running.size || !this.holder) return;
      this.measures = { check: newName() };
      this.panel.clearErrors();
      this.panel.say(this.panel.texts.check_running);
      this.show(this.tests);
      const facts = pex.equipmentFacts(this.panel.clock).then((found) => Object.assign(this.measures, found));
      const signals = Object.fromEntries(this.tests.map((name) => [name, this.begin(name)]));
      await Promise.all([facts, this.network(signals.network), this.devices(signals)]);
      await this.record();
    }

    /* One test again, for as long as the candidate likes within reason. */
    async test(name) {
      if (this.running.size || !this.holder) return;
      if (!this.measures) return this.run(); // of an earlier visit nothing is known here
      this.show([name]);
      const signal = this.begin(name);
      if (name === "network") await this.network(signal);
      else await this.devices({ [name]: signal }, LONG_MS);
      await this.record();
    }

    async playTone(button) {
      const label = button.textContent;
      button.textContent = this.panel.texts.test_sound;
      const played = await pex.media.tone();
      button.textContent = label;
      if (!played) return this.heard("no_api");
      const choice = button.parentElement.querySelector("[data-pex-heard]");
      if (!choice) return;
      choice.hidden = false;
      choice.querySelector("button").focus();
      pex.frame.refresh();
    }

    async heard(word) {
      if (this.running.size) return;
      if (!this.measures) {
        await this.run();
        if (!this.measures) return;
      }
      this.measures.speakers = word;
      await this.record();
    }

    skip(name) {
      this.end(name, true);
    }

    stop(name) {
      this.end(name, false);
    }

    // The tests.

    begin(name) {
      const controller = new AbortController();
      this.running.set(name, controller);
      return controller.signal;
    }

    /* End a test before its time; a skipped one leaves no value. */
    end(name, skipped) {
      const controller = this.running.get(name);
      if (!controller) return;
      controller.skipped = skipped;
      if (skipped) this.tell(name, this.panel.texts.test_skipped, "done");
      controller.abort();
    }

    abort() {
      this.running.forEach((controller) => controller.abort());
    }

    over(name, text) {
      const controller = this.running.get(name);
      this.running.delete(name);
      this.tell(name, controller && controller.skipped ? this.panel.texts.test_skipped : text, "done");
      return Boolean(controller && controller.skipped);
    }

    async network(signal) {
      const { texts, checkFiles } = this.panel;
      const found = { latency_ms: null, jitter_ms: null, down_kbps: null, up_kbps: null };
      try {
        this.tell("network", texts.test_latency);
        Object.assign(found, await pex.network.delay(checkFiles.sample, signal));
        this.tell("network", texts.test_down);
        found.down_kbps = await pex.network.down(checkFiles.sample, found.latency_ms, signal);
        this.tell("network", texts.test_up);
        const send = (body, ms) => this.panel.ask("measure", body, ms);
        if (!signal.aborted) found.up_kbps = await this.orSkipped(pex.network.up(send, found.latency_ms, signal), signal);
      } catch (failure) {
        if (!(failure instanceof pex.Failure)) throw failure;
        if (failure.answer.message) this.panel.say(failure.answer.message);
      }
      Object.assign(this.measures, found);
      this.over("network", texts.test_done);
    }

    /* What comes first: the end of `work`, or its being skipped. */
    orSkipped(work, signal) {
      return Promise.race([work, new Promise((resolve) => signal.addEventListener("abort", () => resolve(null)))]);
    }

    /* Camera and microphone by one question of the browser's. An answer that comes too late for this check completes it. */
    async devices(signals, ms = BRIEF_MS) {
      const names = Object.keys(signals).filter((name) => name !== "network");
      if (!names.length) return;
      const asked = pex.media.open(names);
      const skipped = Promise.all(names.map((name) => this.orSkipped(new Promise(() => {}), signals[name])));
      names.forEach((name) => this.tell(name, this.panel.texts.test_waiting));
      const found = await Promise.race([asked, wait(ANSWER_MS), skipped]);
      if (Array.isArray(found) || !found) {
        for (const name of names) this.measures[name] = this.over(name, "") ? "skipped" : "waiting";
        asked.then((late) => this.late(late, this.measures.check));
        return;
      }
      await this.use(found, names, ms);
    }

    async use(found, names, ms) {
      const streams = new Set(names.map((name) => found[name].stream).filter(Boolean));
      try {
        await Promise.all(names.map((name) => this.device(name, found[name], ms)));
      } finally {
        streams.forEach(pex.media.close);
      }
    }

    async device(name, { state, stream }, ms) {
      const { texts } = this.panel;
      const { signal } = this.running.get(name);
      this.measures[name] = state;
      if (state === "ok" && !signal.aborted) {
        this.tell(name, name === "microphone" ? texts.test_speak : texts.test_running, ms === LONG_MS ? "open" : "");
        const measured = name === "camera" ? await this.picture(stream, ms, signal) : await this.sound(stream, ms, signal);
        Object.assign(this.measures, measured);
      }
      if (this.over(name, state === "ok" ? texts.test_done : texts.test_not_found)) this.measures[name] = "skipped";
    }

    async picture(stream, ms, signal) {
      const size = await pex.media.look(stream, this.live.querySelector("[data-live-picture]"));
      pex.frame.refresh();
      // The candidate looks at themselves as long as the microphone listens, or until they have seen enough.
      await this.orSkipped(wait(ms), signal);
      return size;
    }

    async sound(stream, ms, signal) {
      const { texts } = this.panel;
      const show = (level, heard) => {
        const meter = this.live.querySelector("[data-live-meter]");
        const percent = Math.min(100, Math.round(level * 400));
        meter.setAttribute("aria-valuenow", percent);
        meter.firstElementChild.style.width = `${percent}%`;
        if (heard) this.tell("microphone", texts.test_heard, ms === LONG_MS ? "open" : "");
      };
      this.tell("microphone", ms === LONG_MS ? texts.test_silence : texts.test_speak, ms === LONG_MS ? "open" : "");
      const level = await pex.media.listen(stream, { ms, brief: ms === BRIEF_MS, show, signal });
      // Ended by hand before anything was heard: that says nothing.
      return signal.aborted && !pex.media.isHeard(level) ? {} : { microphone_level: level };
    }

    /* The browser's question was answered after all. */
    async late(found, check) {
      const streams = new Set(Object.values(found).map(({ stream }) => stream).filter(Boolean));
      while (this.running.size) await wait(250);
      const names = Object.keys(found).filter((name) => this.measures.check === check && this.measures[name] === "waiting");
      if (!names.length || !this.holder || !this.holder.isConnected) return streams.forEach(pex.media.close);
      this.show(names);
      names.forEach((name) => this.begin(name));
      await this.use(found, names, BRIEF_MS);
      await this.record();
    }

    // The page.

    show(names) {
      const template = this.holder.querySelector("[data-pex-equipment-template]");
      this.live = template.content.firstElementChild.cloneNode(true);
      for (const name of names) this.live.querySelector(`[data-live-row="${name}"]`).hidden = false;
      this.remount();
      pex.frame.reveal(this.live);
    }

    /* A new version of the screen takes over what is running. */
    remount() {
      if (!this.live || !this.holder) return;
      const place = this.holder.querySelector("[data-pex-equipment-live]");
      place.replaceChildren(this.live);
      place.hidden = false;
      const video = this.live.querySelector("video");
      if (video.srcObject) video.play().catch(() => {});
      const details = this.holder.closest("details");
      if (details) details.open = true;
      pex.frame.refresh();
    }

    tell(name, text, state = "") {
      const row = this.live && this.live.querySelector(`[data-live-row="${name}"]`);
      if (!row) return;
      row.dataset.state = state;
      row.querySelector("[data-live-state]").textContent = text;
      row.querySelector(".pex-live__skip").hidden = state !== "";
      row.querySelector(".pex-live__stop").hidden = state !== "open";
    }

    unshow() {
      if (!this.live) return;
      const place = this.live.parentElement;
      this.live.querySelector("video").srcObject = null;
      this.live = null;
      if (place) Object.assign(place, { hidden: true }).replaceChildren();
      pex.frame.refresh();
    }

    /* Send what is known; the answer is the verdict. */
    async record() {
      const { panel } = this;
      if (!this.holder) return this.unshow(); // the exam went on meanwhile
      while (panel.busy) await wait(50); // another click is on its way
      await panel.during(null, async () => {
        const answer = await panel.ask("record_equipment", this.measures);
        this.unshow();
        panel.apply(answer);
        const verdict = panel.section.querySelector("[data-pex-verdict]");
        if (verdict) panel.say(verdict.textContent);
      });
      this.unshow();
    }
  }

  pex.EquipmentCheck = EquipmentCheck;
})();
