/* The learning MFE's side: makes the iframe as tall as its content and tells it which part of it is in view. */
(function () {
  "use strict";

  var frame = document.getElementById("unit-iframe");
  var waiting = false;

  function tell() {
    waiting = false;
    var place = { topPosition: frame.getBoundingClientRect().top, viewportHeight: window.innerHeight };
    frame.contentWindow.postMessage({ type: "unit.visibilityStatus", data: place }, window.location.origin);
  }

  function soon() {
    if (waiting) return;
    waiting = true;
    window.setTimeout(tell, 100);
  }

  window.addEventListener("message", function (event) {
    if (event.source !== frame.contentWindow) return;
    var message = event.data || {};
    if (message.type === "plugin.resize") {
      var first = !frame.dataset.loaded;
      frame.dataset.loaded = "true";
      frame.style.height = message.payload.height + "px";
      if (first) tell();
    } else if (typeof message.offset === "number") {
      window.scrollTo(0, message.offset + frame.offsetTop);
    }
  });
  frame.addEventListener("load", tell);
  window.addEventListener("scroll", soon);
  window.addEventListener("resize", soon);
})();
