/* A stage for the candidate's screens: the exam's own style behind a shadow, so that neither page changes the other. */
(function () {
  "use strict";
  const my = (window.PexAuthor = window.PexAuthor || {});
  const OWN = ".pex { max-width: none; } .pex .pex-bar { position: static; } .pex .pex-author-key { margin: 0 0 20px 44px; }" +
    " .pex .pex-author-key > * + p { margin-top: 8px; }";

  class Stage {
    constructor(element, styles, say) {
      this.shadow = element.attachShadow({ mode: "open" });
      styles.forEach((address) => {
        const link = document.createElement("link");
        link.rel = "stylesheet";
        link.href = address;
        this.shadow.append(link);
      });
      const own = document.createElement("style");
      own.textContent = OWN;
      this.place = document.createElement("div");
      this.shadow.append(own, this.place);
      this.say = say;
      this.place.addEventListener("click", (event) => this.click(event));
      this.place.addEventListener("submit", (event) => event.preventDefault());
    }

    show(html) {
      this.place.innerHTML = html;
      this.place.querySelectorAll("script").forEach((script) => script.remove());
    }

    /* Nothing here asks the server for anything; the tabs of the parts work, so that every question can be seen. */
    click(event) {
      const pressed = event.target.closest("a, button");
      if (!pressed) return;
      event.preventDefault();
      if (pressed.dataset.pexPart) this.turn(pressed);
      else this.say();
    }

    turn(tab) {
      const tabs = Array.from(this.place.querySelectorAll("[data-pex-part]"));
      tabs.forEach((one) => {
        one.setAttribute("aria-selected", String(one === tab));
        one.tabIndex = 0;
        this.place.querySelector('[data-pex-panel="' + one.dataset.pexPart + '"]').hidden = one !== tab;
      });
    }
  }
  my.Stage = Stage;

  /* The draft as a candidate would see it, screen by screen, in either language. */
  class AsCandidate {
    constructor(root, handlers, styles, language, say) {
      this.root = root;
      this.handlers = handlers;
      this.language = language;
      this.region = root.querySelector("[data-pex-author-stage]");
      this.stage = new Stage(this.region, styles, say);
      this.screens = {};
      this.turn = 0;
      this.screen = root.querySelector("[data-pex-author-screen]").dataset.pexAuthorScreen;
      root.querySelectorAll("[data-pex-author-screen]").forEach((button) =>
        button.addEventListener("click", () => { this.screen = button.dataset.pexAuthorScreen; this.paint(); }));
      root.querySelectorAll("[data-pex-author-language]").forEach((button) =>
        button.addEventListener("click", () => { this.language = button.dataset.pexAuthorLanguage; this.again(); }));
    }

    async load(body, onRefusal) {
      this.again = () => this.load(body, onRefusal);
      this.turn += 1;
      const mine = this.turn;
      this.region.setAttribute("aria-busy", "true");
      const answer = await this.handlers.ask("preview_exam", { ...body, language: this.language });
      if (mine !== this.turn) return;
      this.region.setAttribute("aria-busy", "false");
      this.screens = answer.ok ? answer.screens : {};
      onRefusal(answer);
      this.paint();
    }

    paint() {
      const press = (name, value) =>
        this.root.querySelectorAll("[data-pex-author-" + name + "]").forEach((button) =>
          button.setAttribute("aria-pressed", String(button.getAttribute("data-pex-author-" + name) === value)));
      const known = Object.keys(this.screens);
      if (known.length && !known.includes(this.screen)) this.screen = known[0];
      this.root.querySelectorAll("[data-pex-author-screen]").forEach((button) => {
        button.hidden = known.length > 0 && !known.includes(button.dataset.pexAuthorScreen);
      });
      press("screen", this.screen);
      press("language", this.language);
      const html = this.screens[this.screen];
      this.region.hidden = !html;
      this.stage.show(html ? '<div class="pex">' + html + "</div>" : "");
    }
  }
  my.AsCandidate = AsCandidate;
})();
