/* What was typed and not saved, kept on this computer under the exam's key until it is saved or thrown away. */
(function () {
  "use strict";
  const my = (window.PexAuthor = window.PexAuthor || {});
  const PREFIX = "pex-author:";

  class Draft {
    constructor(usage) {
      this.key = PREFIX + usage;
    }

    keep(body) {
      try {
        window.localStorage.setItem(this.key, JSON.stringify({ at: Date.now(), body }));
      } catch (error) {
        /* full or forbidden: the page still holds it */
      }
    }

    find() {
      try {
        const found = JSON.parse(window.localStorage.getItem(this.key) || "null");
        return found && found.body && typeof found.body.policy === "string" ? found : null;
      } catch (error) {
        return null;
      }
    }

    forget() {
      try {
        window.localStorage.removeItem(this.key);
      } catch (error) {
        /* there was none */
      }
    }
  }
  my.Draft = Draft;
})();
