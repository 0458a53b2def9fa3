/* Posts the signed form that opens the proctoring room. A script of its own: policies against inline ones hold. */
(function () {
  "use strict";
  // By the prototype: a signed field named "submit" would hide the method.
  HTMLFormElement.prototype.submit.call(document.querySelector("[data-pex-launch]"));
})();
