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

/* The time machine moves only the server's clock: tell the block at once, as a computer that wakes up would. */
(function () {
  "use strict";
  var last = null;

  function look() {
    fetch("/demo/clock/", { headers: { Accept: "application/json" } })
      .then(function (response) { return response.json(); })
      .then(function (answer) {
        var drift = Date.parse(answer.now) - performance.now();
        if (last !== null && Math.abs(drift - last) > 3000) document.dispatchEvent(new Event("visibilitychange"));
        last = drift;
      })
      .catch(function () { /* offline: the block says so itself */ });
  }

  look();
  setInterval(look, 2000);
})();
