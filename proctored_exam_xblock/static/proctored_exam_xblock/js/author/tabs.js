/* The four tabs: arrows, Home and End move between them; the address says which one is open. */
(function () {
  "use strict";
  const my = (window.PexAuthor = window.PexAuthor || {});
  const PREFIX = "#pex-";

  class Tabs {
    constructor(root, onShow) {
      this.root = root;
      this.onShow = onShow;
      this.tabs = Array.from(root.querySelectorAll("[data-pex-author-tab]"));
      this.tabs.forEach((tab) => {
        tab.addEventListener("click", () => this.show(tab.dataset.pexAuthorTab));
        tab.addEventListener("keydown", (event) => this.key(event, tab));
      });
      this.follow = () => this.fromAddress();
      window.addEventListener("hashchange", this.follow);
    }

    get current() {
      return this.tabs.find((tab) => tab.getAttribute("aria-selected") === "true").dataset.pexAuthorTab;
    }

    key(event, tab) {
      const at = this.tabs.indexOf(tab);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: this.tabs.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const next = this.tabs[(to + this.tabs.length) % this.tabs.length];
      this.show(next.dataset.pexAuthorTab);
      next.focus();
    }

    fromAddress() {
      if (!document.contains(this.root)) { // Studio's window was closed
        window.removeEventListener("hashchange", this.follow);
        return;
      }
      const name = window.location.hash.slice(PREFIX.length);
      const known = window.location.hash.startsWith(PREFIX) && this.tabs.some((tab) => tab.dataset.pexAuthorTab === name);
      if (known && name !== this.current) this.show(name);
    }

    show(name) {
      this.tabs.forEach((tab) => {
        const chosen = tab.dataset.pexAuthorTab === name;
        tab.setAttribute("aria-selected", String(chosen));
        tab.tabIndex = chosen ? 0 : -1;
        this.root.querySelector('[data-pex-author-panel="' + tab.dataset.pexAuthorTab + '"]').hidden = !chosen;
      });
      try {
        window.history.replaceState(window.history.state, "", PREFIX + name);
      } catch (error) {
        /* a frame without an address of its own */
      }
      this.onShow(name);
    }

    /* How many things are wrong behind a tab, in words for who cannot see the number. */
    count(name, wrong) {
      const tab = this.tabs.find((one) => one.dataset.pexAuthorTab === name);
      my.show(tab.querySelector("[data-pex-author-wrong]"), wrong ? String(wrong) : "");
    }
  }
  my.Tabs = Tabs;
})();
