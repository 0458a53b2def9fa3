/* Looking back on the answers: formulae are typeset when their part is opened, since nothing can be measured in what is
   folded; on paper every part is open. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const PART = "details[data-pex-review-part]";
  if (pex.looksBack) return;
  pex.looksBack = true;

  document.addEventListener(
    "toggle", // which does not bubble
    ({ target }) => {
      if (!target.matches(PART)) return;
      pex.frame.refresh();
      if (!target.open || target.hasAttribute("data-typeset")) return;
      target.setAttribute("data-typeset", "");
      pex.typeset(target);
    },
    true,
  );

  window.addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll(`${PART}:not([open])`)) {
      part.setAttribute("data-unfolded", "");
      part.open = true;
    }
  });

  window.addEventListener("afterprint", () => {
    for (const part of document.querySelectorAll(`${PART}[data-unfolded]`)) {
      part.removeAttribute("data-unfolded");
      part.open = false;
    }
  });
})();
