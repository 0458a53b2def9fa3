/* Shows the campus's clock ticking; the server's word counts. */
(function () {
  "use strict";
  var shown = document.querySelector("[data-demo-clock]");
  if (!shown) return;
  var start = Date.parse(shown.dataset.demoClock);
  var origin = performance.now();
  var format = new Intl.DateTimeFormat(document.documentElement.lang, {
    timeZone: "Europe/Paris", weekday: "short", day: "numeric", month: "short",
    hour: "2-digit", minute: "2-digit", second: "2-digit"
  });

  function tick() {
    shown.textContent = format.format(new Date(start + performance.now() - origin));
  }

  tick();
  window.setInterval(tick, 1000);
})();
