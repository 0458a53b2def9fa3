/* Fields and lists that candidates fill in: what is kept of them, and what is offered. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const keyOf = (list) => `pex:checklist:${list.dataset.pexChecklist}`;

  function restoreChecklist(list, texts) {
    const ticked = pex.store.get(keyOf(list)) || [];
    list.querySelectorAll("input").forEach((input) => (input.checked = ticked.includes(input.value)));
    list.prepared = texts.prepared;
    countChecklist(list);
  }

  /* "6 sur 10", read out when it changes. */
  function countChecklist(list) {
    const [done, total] = ["input:checked", "input"].map((kind) => list.querySelectorAll(kind).length);
    const frame = list.parentElement;
    frame.querySelector("[data-pex-prepared]").textContent = pex.fill(list.prepared, { done, total });
    frame.querySelector("[data-pex-prepared-bar]").value = done;
  }

  /* Some fields are asked in one country only. */
  function fieldsOf(country) {
    const fields = country.form.querySelectorAll("[data-only-in]");
    fields.forEach((field) => (field.hidden = field.dataset.onlyIn !== country.value));
  }

  /* The computer's own zone is offered, never taken without a click: a wrong zone is a missed exam. */
  function suggestZone(select, texts) {
    if (select.dataset.known) return;
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const option = [...select.options].find((o) => o.value === zone);
    const note = select.parentElement.querySelector("[data-pex-zone-note]");
    if (!option || option.selected || zone === "UTC") return;
    note.firstElementChild.textContent = pex.fill(texts.zone_differs, { zone: option.textContent });
    note.querySelector("button").addEventListener("click", () => {
      select.value = zone;
      note.hidden = true;
      select.focus();
    });
    note.hidden = false;
  }

  pex.form = {
    /* A new screen: its lists as they were left, its fields as they should be. */
    restore(section, texts) {
      section.querySelectorAll("[data-pex-checklist]").forEach((list) => restoreChecklist(list, texts));
      section.querySelectorAll('[data-pex-field="country"]').forEach(fieldsOf);
      section.querySelectorAll('[data-pex-field="time_zone"]').forEach((select) => suggestZone(select, texts));
    },

    changed(element) {
      if (element.matches('[data-pex-field="country"]')) fieldsOf(element);
      const list = element.closest("[data-pex-checklist]");
      if (!list) return;
      pex.store.set(keyOf(list), [...list.querySelectorAll("input:checked")].map((input) => input.value));
      countChecklist(list);
    },

    /* How the certificate shall show the name, where the page asks. */
    nameChoice(button) {
      const chosen = button.closest("li, details").querySelector('[data-pex-choice="name"]:checked');
      return { capitals: Boolean(chosen) && chosen.value === "capitals" };
    },

    /* What was typed or opened and not sent survives a new version of the same screen; a password never does. */
    carry(before, next) {
      for (const old of before.querySelectorAll("[data-pex-field]:not([type=password])")) {
        const field = next.querySelector(`[data-pex-field="${old.dataset.pexField}"]`);
        const option = old.selectedOptions && old.selectedOptions[0];
        if (field && (option ? !option.defaultSelected : old.value !== old.defaultValue)) field.value = old.value;
      }
      for (const old of before.querySelectorAll("[data-pex-choice]:checked")) {
        const choice = next.querySelector(`[data-pex-choice="${old.dataset.pexChoice}"][value="${old.value}"]`);
        if (choice) choice.checked = true;
      }
      const details = next.querySelectorAll("details");
      before.querySelectorAll("details").forEach((old, index) => details[index] && (details[index].open = old.open));
    },
  };
})();
