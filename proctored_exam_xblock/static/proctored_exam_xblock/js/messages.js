/* What the page says: a polite status line, an alert, and errors tied to their fields. The two regions outlive the
   screens, so that a screen reader hears what is put in them. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const MESSAGE_MS = 8000;

  function region(role) {
    const element = document.createElement("div");
    element.setAttribute("role", role);
    return element;
  }

  function line(text) {
    const element = document.createElement("div");
    element.className = "pex-message";
    element.append(Object.assign(document.createElement("span"), { textContent: text }));
    return element;
  }

  class Messages {
    constructor(root) {
      this.status = region("status");
      this.alert = region("alert");
      const holder = document.createElement("div");
      holder.className = "pex-messages";
      holder.append(this.status, this.alert);
      root.append(holder);
    }

    say(text) {
      clearTimeout(this.quiet);
      this.status.replaceChildren(line(text));
      this.quiet = setTimeout(() => this.status.replaceChildren(), MESSAGE_MS);
      pex.frame.refresh();
    }

    alarm(text, code, closeLabel) {
      const element = line(text);
      element.classList.add("pex-message--error");
      element.dataset.pexError = code;
      const close = document.createElement("button");
      Object.assign(close, { type: "button", className: "pex-btn pex-btn--icon", textContent: "×" });
      close.setAttribute("aria-label", closeLabel);
      close.addEventListener("click", () => element.remove());
      element.append(close);
      this.alert.replaceChildren(element);
      pex.frame.refresh();
    }

    /* Put `text` under `input` and tie it to it. */
    atField(input, text, code) {
      const error = document.createElement("p");
      error.className = "pex-error";
      error.id = `${input.id}-error`;
      error.dataset.pexError = code;
      error.setAttribute("role", "alert");
      error.textContent = text;
      input.closest(".pex-field").append(error);
      input.setAttribute("aria-invalid", "true");
      input.dataset.described = input.getAttribute("aria-describedby") || "";
      input.setAttribute("aria-describedby", `${error.id} ${input.dataset.described}`.trim());
      const details = input.closest("details");
      if (details) details.open = true;
    }

    hush() {
      this.status.replaceChildren();
    }

    clear(section) {
      this.alert.replaceChildren();
      section.querySelectorAll(".pex-field .pex-error").forEach((error) => error.remove());
      section.querySelectorAll("[aria-invalid]").forEach((input) => {
        input.removeAttribute("aria-invalid");
        if (input.dataset.described) input.setAttribute("aria-describedby", input.dataset.described);
        else input.removeAttribute("aria-describedby");
      });
    }
  }

  /* Fill the places of a dialog: a sentence, a list of sentences, or whether the place is shown at all. */
  function fillPlaces(dialog, places) {
    for (const [place, value] of Object.entries(places)) {
      const element = dialog.querySelector(`[data-pex-fill="${place}"]`);
      if (typeof value === "boolean") {
        element.hidden = !value;
      } else if (Array.isArray(value)) {
        element.replaceChildren(...value.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
      } else {
        element.textContent = value;
        element.hidden = !value;
      }
    }
  }

  Object.assign(pex, { Messages, fillPlaces });
})();
