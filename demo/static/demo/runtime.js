/* The client side of the campus's XBlock runtime: starts each block's script once the page is there. */
(function () {
  "use strict";

  var runtime = {
    handlerUrl: function (element, handlerName, suffix, query) {
      var base = document.body.dataset.handlerBase + handlerName;
      return base + (suffix ? "/" + suffix : "") + (query ? "?" + query : "");
    },
    /* As Studio's window: "cancel" closes it. */
    notify: function (name) {
      if (name === "cancel" && document.body.dataset.closeUrl) window.location.assign(document.body.dataset.closeUrl);
    }
  };

  function start(element) {
    var start = window[element.dataset.init];
    if (typeof start !== "function") return;
    var args = element.querySelector(".xblock_json_init_args");
    start(runtime, element, args ? JSON.parse(args.textContent) : {});
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll(".xblock-v1[data-init]").forEach(start);
  });
})();
