/* Back from the shop: the page says that it waits for the shop's word, until the server has it. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const REMEMBERED_MS = 3600000;
  const keyOf = (section) => `pex:${section.getAttribute("aria-labelledby")}:pays`;

  pex.payment = {
    /* The candidate leaves for the shop; the link itself leads there. */
    leave(section) {
      pex.store.set(keyOf(section), Date.now());
    },

    /* A new screen: the sentence, as long as it was not long ago and nothing is known yet. */
    restore(section) {
      const note = section.querySelector("[data-pex-awaiting-payment]");
      const since = pex.store.get(keyOf(section));
      if (!since) return;
      const recent = Math.abs(Date.now() - since) < REMEMBERED_MS;
      if (note && recent) note.hidden = false;
      else pex.store.remove(keyOf(section));
    },
  };
})();
