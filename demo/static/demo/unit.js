/* The unit's side of the learning MFE: tells the parent how tall the content is, as the LMS's unit page does. */
(function () {
  "use strict";
  if (window === window.parent) return;

  var content = document.getElementById("content");
  var known = "";

  function report(event) {
    var width = content.offsetWidth;
    var height = content.offsetHeight;
    var size = width + "x" + height;
    if (size === known && !(event && event.type === "load")) return;
    known = size;
    window.parent.postMessage({ type: "plugin.resize", payload: { width: width, height: height } }, window.location.origin);
    window.scrollTo(0, 0);
  }

  new MutationObserver(report).observe(document.body, { attributes: true, childList: true, subtree: true });
  new ResizeObserver(report).observe(document.body);
  window.addEventListener("load", report);
})();
