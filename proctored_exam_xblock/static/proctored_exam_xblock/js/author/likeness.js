/* What a question is like (tags, difficulty) and whether it keeps its place: fields beside its text, which they rewrite
   in its first tag only. The text stays the one truth: the server reads it back. */
(function () {
  "use strict";
  const my = (window.PexAuthor = window.PexAuthor || {});
  const TOKEN = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<([A-Za-z_][\w.:-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/g;
  const ATTRIBUTE = /(\s+)([A-Za-z_][\w.:-]*)(\s*=\s*)("[^"]*"|'[^']*')/g;

  const quote = (text) => '"' + text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;") + '"';

  /* The text with an attribute of its first element, a problem, set or ('') taken away; null where it has no such tag. */
  my.withAttribute = (text, name, value) => {
    TOKEN.lastIndex = 0;
    let token = TOKEN.exec(text);
    while (token && !token[1]) token = TOKEN.exec(text);
    if (!token || token[1] !== "problem") return null;
    const closing = /\s*\/?$/.exec(token[2])[0];
    const written = token[2].slice(0, token[2].length - closing.length);
    if (written.replace(ATTRIBUTE, "") !== "") return null;
    let found = false;
    let kept = written.replace(ATTRIBUTE, (all, space, key, equals) => {
      if (key !== name) return all;
      if (found || !value) return "";
      found = true;
      return space + key + equals + quote(value);
    });
    if (value && !found) kept += " " + name + "=" + quote(value);
    const head = token.index + 1 + token[1].length;
    return text.slice(0, head) + kept + closing + text.slice(head + token[2].length);
  };

  class Likeness {
    constructor(problem) {
      this.problem = problem;
      this.tags = problem.find("[data-pex-author-tags]");
      this.difficulty = problem.find("[data-pex-author-difficulty]");
      this.fixed = problem.find("[data-pex-author-fixed]");
      this.tags.addEventListener("input", () => this.write("tags", this.tags.value.trim()));
      this.difficulty.addEventListener("input", () => this.write("difficulty", this.difficulty.value.trim()));
      this.fixed.addEventListener("change", () => this.write("fixed", this.fixed.checked ? "true" : ""));
    }

    write(name, value) {
      const text = my.withAttribute(this.problem.text, name, value);
      if (text !== null) this.problem.rewrite(text);
    }

    /* What the text says now; not into the field that is being typed in, nor while it cannot be rewritten. */
    tell(piece) {
      const open = my.withAttribute(this.problem.text, "fixed", "") !== null;
      [this.tags, this.difficulty, this.fixed].forEach((field) => { field.disabled = !open; });
      if (!piece.tags || this.typing) return;
      this.tags.value = piece.tags.join(", ");
      this.difficulty.value = piece.difficulty;
      this.fixed.checked = piece.fixed;
    }

    get typing() { return [this.tags, this.difficulty].includes(document.activeElement); }
  }
  my.Likeness = Likeness;

  /* Pills of the list: tags, then how hard. */
  my.pills = (place, piece) => {
    const made = (piece.tags || []).map((text) => ({ text, level: false }));
    if (piece.difficulty) made.push({ text: piece.difficulty, level: true });
    place.replaceChildren(...made.map(({ text, level }) => {
      const pill = document.createElement("span");
      pill.className = "pex-author-tag" + (level ? " pex-author-tag--level" : "");
      pill.textContent = text;
      return pill;
    }));
  };
})();
