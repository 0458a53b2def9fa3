/* The rules as controls: read into one policy, filled from one, with what is wrong beside each. */
(function () {
  "use strict";
  const my = (window.PexAuthor = window.PexAuthor || {});
  const WHOLE = ["closed_weekdays"];

  const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
  const inputs = (field) => Array.from(field.querySelectorAll("input, select, textarea"));

  const READ = {
    bool: (field) => inputs(field)[0].checked,
    number: (field) => my.number(inputs(field)[0].value),
    radios: (field) => (inputs(field).find((input) => input.checked) || { value: "" }).value,
    checks: (field) =>
      inputs(field)
        .filter((input) => input.checked)
        .map((input) => (WHOLE.includes(input.name) ? Number(input.value) : input.value)),
    lines: (field) => lines(inputs(field)[0].value),
    numbers: (field) => lines(inputs(field)[0].value.replace(/[,;]/g, "\n")).map(my.number),
    dates: (field) => my.rows.read(field),
    rows: (field) => my.rows.read(field),
    moment: (field) => {
      const input = inputs(field)[0];
      if (input.validity.badInput) return "?";
      return input.value && input.value === input.dataset.wall ? input.dataset.exact : input.value || null;
    },
    text: (field) => inputs(field)[0].value,
    line: (field) => inputs(field)[0].value.trim(),
  };

  const FILL = {
    bool: (field, value) => { inputs(field)[0].checked = value === true; },
    radios: (field, value) => inputs(field).forEach((input) => { input.checked = input.value === String(value); }),
    checks: (field, value) => {
      const chosen = (Array.isArray(value) ? value : []).map(String);
      inputs(field).forEach((input) => { input.checked = chosen.includes(input.value); });
    },
    lines: (field, value) => { inputs(field)[0].value = Array.isArray(value) ? value.join("\n") : String(value); },
    dates: (field, value) => my.rows.fill(field, value),
    rows: (field, value) => my.rows.fill(field, value),
    moment: (field, value) => {
      const input = inputs(field)[0];
      input.value = value ? String(value).slice(0, 16) : "";
      input.dataset.wall = input.value;
      input.dataset.exact = value || "";
    },
    time: (field, value) => { inputs(field)[0].value = String(value).replace(/^(\d\d:\d\d):00$/, "$1"); },
    line: (field, value) => {
      const input = inputs(field)[0];
      if (input.tagName === "SELECT" && !Array.from(input.options).some((option) => option.value === String(value))) {
        input.add(new Option(String(value), String(value)));
      }
      input.value = value ?? "";
    },
  };
  FILL.numbers = FILL.lines;

  class Rules {
    constructor(root, services) {
      this.root = root;
      this.services = services;
      this.title = root.querySelector('[name="display_name"]');
      this.fields = new Map();
      root.querySelectorAll("[data-pex-author-field][data-kind]").forEach((field) => {
        this.fields.set(field.dataset.pexAuthorField, field);
      });
      root.querySelector('[data-pex-author-panel="exam"]').addEventListener("change", () => this.depend());
      this.depend();
    }

    read() {
      const policy = {};
      this.fields.forEach((field, name) => {
        policy[name] = (READ[field.dataset.kind] || READ.line)(field);
      });
      return policy;
    }

    /* Rules that the form does not know are not lost in silence: their names come back. */
    fill(policy) {
      const unknown = [];
      Object.keys(policy).forEach((name) => {
        const field = this.fields.get(name);
        if (field) (FILL[field.dataset.kind] || FILL.line)(field, policy[name]);
        else if (name !== "title") unknown.push(name);
      });
      this.depend();
      return unknown;
    }

    /* What opens the exam hangs on the service; the password and the release date are asked for where they count. */
    depend() {
      const chosen = this.services[READ.line(this.fields.get("backend"))] || { missing: "", unlocks: {} };
      inputs(this.fields.get("unlock")).forEach((input) => {
        const reason = chosen.unlocks[input.value] || "";
        input.disabled = Boolean(reason) && !input.checked;
        input.closest("label").toggleAttribute("data-off", Boolean(reason));
        my.show(input.closest("label").querySelector("[data-pex-author-reason]"), reason);
      });
      const missing = this.root.querySelector("[data-pex-author-missing]");
      missing.hidden = !chosen.missing;
      missing.querySelector("[data-pex-author-setting]").textContent = chosen.missing;
      const secret = this.root.querySelector("[data-pex-author-password]");
      secret.hidden = READ.radios(this.fields.get("unlock")) !== "exam_password";
      this.fields.get("release_at").hidden = READ.radios(this.fields.get("release")) !== "on_date";
    }

    place(name) {
      return this.root.querySelector('[data-pex-author-error="' + name + '"]');
    }

    /* Every sentence beside its field; gives back those that have no field here. */
    say(fields) {
      const panel = this.root.querySelector('[data-pex-author-panel="exam"]');
      panel.querySelectorAll("[data-pex-author-error]").forEach((place) => {
        const name = place.dataset.pexAuthorError;
        if (name === "password") return;
        const text = fields[name] || "";
        my.show(place, text);
        inputs(place.closest("[data-pex-author-field], fieldset")).forEach((input) => {
          if (text) input.setAttribute("aria-invalid", "true");
          else input.removeAttribute("aria-invalid");
        });
        if (text) this.unfold(place);
      });
      const here = Object.keys(fields).filter((name) => panel.querySelector('[data-pex-author-error="' + name + '"]'));
      return { here, elsewhere: Object.keys(fields).filter((name) => !here.includes(name)) };
    }

    unfold(place) {
      for (let fold = place.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
      const field = place.closest("[data-pex-author-field]");
      if (field) field.hidden = false;
    }

    focus(name) {
      const place = this.place(name);
      if (!place) return;
      this.unfold(place);
      const field = place.closest("[data-pex-author-field], fieldset");
      const all = inputs(field).filter((input) => !input.disabled);
      const target = all.find((input) => input.type !== "radio" || input.checked) || field.querySelector("button");
      field.scrollIntoView({ block: "center" });
      if (target) target.focus({ preventScroll: true });
    }
  }
  my.Rules = Rules;
})();
