/* Talk to the author's handlers, and small things that every script here needs: texts, elements, questions. */
(function () {
  "use strict";
  const my = (window.PexAuthor = window.PexAuthor || {});
  const TIMEOUT_MS = 30000;

  function cookie(name) {
    const found = document.cookie.match("(?:^|; )" + name + "=([^;]*)");
    return found ? decodeURIComponent(found[1]) : "";
  }

  /* Points of several problems; halves and thirds are told to two places. */
  my.total = (problems) =>
    Math.round(problems.reduce((sum, problem) => sum + (problem.piece.points || 0), 0) * 100) / 100;

  my.fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));

  my.show = (place, text) => {
    if (!place) return;
    place.textContent = text;
    place.hidden = !text;
  };

  /* Answers are never thrown away half-read: what cannot be read is a refusal with a sentence of ours. */
  class Handlers {
    constructor(runtime, element, given, texts) {
      this.texts = texts;
      this.url = (name) =>
        runtime && runtime.handlerUrl ? String(runtime.handlerUrl(element, name)).replace(/\?$/, "") : given[name];
    }

    async ask(name, body) {
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
      try {
        const response = await fetch(this.url(name), {
          method: "POST",
          credentials: "same-origin",
          headers: { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken") },
          body: JSON.stringify(body),
          signal: stop.signal,
        });
        try {
          return await response.json();
        } catch (error) {
          return { ok: false, code: "failed", message: this.texts.failed, fields: {}, mistakes: [] };
        }
      } catch (error) {
        return { ok: false, code: "unreachable", message: this.texts.unreachable, fields: {}, mistakes: [] };
      } finally {
        clearTimeout(timer);
      }
    }
  }
  my.Handlers = Handlers;

  /* Run only the last of many: what is shown is the answer to what was asked last. */
  my.latest = (milliseconds, work) => {
    let timer = 0;
    let turn = 0;
    return () => {
      clearTimeout(timer);
      turn += 1;
      const mine = turn;
      timer = setTimeout(() => work(() => mine === turn), milliseconds);
    };
  };

  /* One question at a time, answered by yes or no; the focus comes back to where it was. */
  my.asker = (root) => {
    const dialog = root.querySelector("[data-pex-author-dialog]");
    const yes = dialog.querySelector('[data-pex-author-answer="yes"]');
    const no = dialog.querySelector('[data-pex-author-answer="no"]');
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    dialog.addEventListener("keyup", (event) => event.stopPropagation());
    return (question, agree) =>
      new Promise((resolve) => {
        dialog.querySelector("[data-pex-author-question]").textContent = question;
        yes.textContent = agree;
        const done = (answer) => {
          dialog.onclose = null;
          if (dialog.open) dialog.close();
          resolve(answer);
        };
        yes.onclick = () => done(true);
        no.onclick = () => done(false);
        dialog.onclose = () => done(false);
        dialog.showModal();
        no.focus();
      });
  };
})();
