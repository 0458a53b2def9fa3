/* Where the eye is. In the learning MFE the unit is an iframe as tall as its content, so nothing sticks to the window:
   the MFE posts `unit.visibilityStatus` {topPosition, viewportHeight} at each scroll, and the clock, the messages and the
   dialogs are placed from it. Only places are taken from these messages, never a decision. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const framed = window.parent !== window;
  const roots = new Set();
  let view = null; // {top, bottom} of what is visible, in this document's coordinates

  function place(root) {
    const set = (name, value) => {
      const text = `${Math.round(value)}px`;
      if (root.style.getPropertyValue(name) !== text) root.style.setProperty(name, text);
    };
    const box = root.getBoundingClientRect();
    const bar = root.querySelector("[data-pex-bar]");
    const room = Math.max(0, box.height - 2 * (bar ? bar.offsetHeight : 0));
    const edge = root.firstElementChild.clientTop; // the panel's border
    const top = Math.min(Math.max(0, view.top - box.top - edge), room);
    set("--pex-frame-top", top);
    if (bar) bar.toggleAttribute("data-placed", top > 0);
    set("--pex-frame-bottom", Math.min(Math.max(0, box.bottom - view.bottom), room));
    set("--pex-view-top", Math.max(0, view.top));
    set("--pex-view-bottom", Math.max(0, window.innerHeight - view.bottom));
    set("--pex-view-height", Math.max(240, view.bottom - Math.max(0, view.top)));
  }

  function report() {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height === report.last) return;
    report.last = height;
    const payload = { height, width: document.body.offsetWidth };
    window.parent.postMessage({ type: "plugin.resize", payload }, "*");
  }

  if (framed && !pex.framed) {
    pex.framed = true;
    window.addEventListener("message", (event) => {
      const { type, data } = event.data || {};
      if (event.source !== window.parent || type !== "unit.visibilityStatus" || !data) return;
      const top = Number(data.topPosition);
      const height = Number(data.viewportHeight);
      if (!Number.isFinite(top) || !Number.isFinite(height)) return;
      view = { top: -top, bottom: height - top };
      roots.forEach(place);
    });
    window.addEventListener("resize", () => pex.frame.refresh());
  }

  pex.frame = {
    attach(root) {
      roots.add(root);
      if (!framed || document.body.classList.contains("view-in-mfe")) return; // there the LMS reports the height itself
      new ResizeObserver(report).observe(document.body);
      report();
    },

    /* After the height changed: the same places again. */
    refresh() {
      if (view) roots.forEach(place);
    },

    /* Bring the top of `element` into view if it is not. */
    reveal(element) {
      const { top } = element.getBoundingClientRect();
      if (view) {
        if (top < view.top || top > view.bottom - 80) window.parent.postMessage({ offset: Math.max(1, top - 16) }, "*");
      } else if (top < 0 || top > window.innerHeight - 80) {
        element.scrollIntoView({ block: "start" });
      }
    },
  };
})();
