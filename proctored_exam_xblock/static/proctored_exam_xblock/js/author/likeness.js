/* What a question is like (tags, difficulty) and whether it keeps its place: fields beside its text, which they rewrite
   in its first tag only. The text stays the one truth: the server reads it back. */
(function () {
  "use strict";
  const my = (window.PexAuthor = window.PexAuthor || {});
  const TOKEN = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<([A-Za-z_][\w.:-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/g;
  const ATTRIBUTE = /(\s+)([A-Za-z_][\w.:-]*)(\s*=\s*)("[^"]*"|'[^']*')/g;

  const quote = (text) => '"' + text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;") + '"';

  /* The first tag of a text: where it stands and what is written in it; null where that is no problem in good order. */
  function firstTag(text) {
    TOKEN.lastIndex = 0;
    let token = TOKEN.exec(text);
    while (token && !token[1]) token = TOKEN.exec(text);
    if (!token || token[1] !== "problem") return null;
    const closing = /\s*\/?$/.exec(token[2])[0];
    const written = token[2].slice(0, token[2].length - closing.length);
    if (written.replace(ATTRIBUTE, "") !== "") return null;
    const values = new Map();
    for (const [, , key, , quoted] of written.matchAll(ATTRIBUTE)) {
      if (values.has(key)) return null;
      values.set(key, quoted);
    }
    return { head: token.index + 1 + token[1].length, rest: token[2].length, closing, written, values };
  }

  /* What a value in quotes stands for; null where it is no XML. */
  function read(quoted) {
    const tree = new DOMParser().parseFromString("<a b=" + quoted + "/>", "application/xml");
    return tree.querySelector("parsererror") ? null : tree.documentElement.getAttribute("b");
  }

  /* Tags, difficulty and place as the first tag says them; null where it cannot be read. */
  my.likenessOf = (text) => {
    const tag = firstTag(text);
    if (!tag) return null;
    const [tags, difficulty, fixed] = ["tags", "difficulty", "fixed"].map((name) => read(tag.values.get(name) || '""'));
    if ([tags, difficulty, fixed].includes(null)) return null;
    const clean = (words) => words.trim().replace(/\s+/g, " ");
    const each = tags.split(",").map(clean).filter(Boolean);
    return { tags: each.join(", "), difficulty: clean(difficulty), fixed: fixed === "true" };
  };

  /* The text with an attribute of its first element, a problem, set or ('') taken away; null where it has no such tag. */
  my.withAttribute = (text, name, value) => {
    const tag = firstTag(text);
    if (!tag) return null;
    let kept = tag.written.replace(ATTRIBUTE, (all, space, key, equals) => {
      if (key !== name) return all;
      return value ? space + key + equals + quote(value) : "";
    });
    if (value && !tag.values.has(name)) kept += " " + name + "=" + quote(value);
    return text.slice(0, tag.head) + kept + tag.closing + text.slice(tag.head + tag.rest);
  };

  class Likeness {
    constructor(problem) {
      this.problem = problem;
      this.tags = problem.find("[data-pex-author-tags]");
      this.difficulty = problem.find("[data-pex-author-difficulty]");
      this.fixed = problem.find("[data-pex-author-fixed]");
      this.why = problem.find("[data-pex-author-likeness-why]");
      this.why.id = problem.id + "-likeness";
      this.fields.forEach((field) => field.setAttribute("aria-describedby", this.why.id));
      this.tags.addEventListener("input", () => this.write("tags", this.tags.value.trim()));
      this.difficulty.addEventListener("input", () => this.write("difficulty", this.difficulty.value.trim()));
      this.fixed.addEventListener("change", () => this.write("fixed", this.fixed.checked ? "true" : ""));
    }

    get fields() { return [this.tags, this.difficulty, this.fixed]; }

    write(name, value) {
      const text = my.withAttribute(this.problem.text, name, value);
      if (text !== null) this.problem.rewrite(text);
    }

    /* What the text says now; not into the field that is being typed in. A first tag that cannot be read is not
       rewritten either: the fields are closed with what they had, and why is said beside them. */
    tell() {
      const said = my.likenessOf(this.problem.text);
      this.fields.forEach((field) => { field.disabled = !said; });
      this.why.hidden = Boolean(said);
      if (!said) return;
      if (document.activeElement !== this.tags) this.tags.value = said.tags;
      if (document.activeElement !== this.difficulty) this.difficulty.value = said.difficulty;
      this.fixed.checked = said.fixed;
    }
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
