/* Lists of dates and of prerequisites: rows that are added, removed, read and filled. */
(function () {
  "use strict";
  const my = (window.PexAuthor = window.PexAuthor || {});

  function number(text) {
    return /^\s*-?\d{1,9}\s*$/.test(text) ? Number(text) : text.trim();
  }
  my.number = number;

  my.rows = {
    add(field) {
      const made = field.querySelector("[data-pex-author-row]").content.firstElementChild.cloneNode(true);
      field.querySelector("[data-pex-author-rows]").append(made);
      return made;
    },

    remove(line) {
      const field = line.closest("[data-pex-author-field]");
      const next = line.nextElementSibling || line.previousElementSibling;
      line.remove();
      (next ? next.querySelector("input") : field.querySelector('[data-pex-author-do="add-row"]')).focus();
    },

    read(field) {
      const lines = Array.from(field.querySelectorAll("[data-pex-author-line]"));
      if (field.dataset.kind === "dates") {
        const cells = lines.map((line) => line.querySelector("[data-pex-author-cell]"));
        return cells.map((cell) => (cell.validity.badInput ? "?" : cell.value)).filter(Boolean);
      }
      return lines.map((line) => {
        const row = {};
        line.querySelectorAll("[data-pex-author-cell]").forEach((cell) => {
          const name = cell.dataset.pexAuthorCell;
          row[name] = name === "minimum_percent" ? number(cell.value) : cell.value.trim();
        });
        return row;
      });
    },

    fill(field, values) {
      field.querySelector("[data-pex-author-rows]").replaceChildren();
      (Array.isArray(values) ? values : []).forEach((value) => {
        const line = this.add(field);
        line.querySelectorAll("[data-pex-author-cell]").forEach((cell) => {
          const name = cell.dataset.pexAuthorCell;
          cell.value = name ? ((value || {})[name] ?? "") : value;
        });
      });
    },
  };
})();
