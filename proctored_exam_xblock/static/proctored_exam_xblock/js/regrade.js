/* Corrections after the fact: choose questions, say what is right, see who changes, apply or undo. The server decides. */
(function () {
  "use strict";

  var root = document.querySelector("[data-regrade]");
  var texts = JSON.parse(document.getElementById("regrade-texts").textContent);
  var list = root.querySelector("[data-regrade-list]");
  var chosen = root.querySelector("[data-regrade-chosen]");
  var form = root.querySelector("[data-regrade-form]");
  var applyForm = root.querySelector("form[data-regrade-apply]");
  var changes = root.querySelector("[data-regrade-found-changes]");
  var waiting = root.querySelector("[data-regrade-waiting]");
  var dialog = root.querySelector("[data-regrade-dialog]");
  var undoForm = dialog.querySelector("form");
  var news = root.querySelector("[data-regrade-news]");
  var previewed = null;  // what the preview on the page was made of, with the exam's mark
  var asked = 0;
  var undoing = null;
  var lastUndone = null;
  var POLL = 4000;

  function one(selector, within) { return (within || root).querySelector(selector); }
  function all(selector, within) { return Array.from((within || root).querySelectorAll(selector)); }
  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (whole, name) { return name in values ? values[name] : whole; });
  }
  function say(element, text) {
    element.textContent = text;
    element.hidden = !text;
  }
  function problem(name) { return one('[data-regrade-problem="' + name + '"]'); }

  function post(url, body) {
    return fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": root.dataset.token, Accept: "application/json" },
      body: JSON.stringify(body)
    }).then(function (response) { return response.json(); });
  }

  function busy(button, on) {
    button.setAttribute("aria-disabled", on ? "true" : "false");
    return button;
  }
  function isBusy(button) { return button.getAttribute("aria-disabled") === "true"; }

  /* 1: questions to choose from */

  function plain(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }

  function narrow() {
    var words = plain(one("[data-regrade-search]").value).split(/\s+/).filter(Boolean);
    var wanted = one("[data-regrade-filter]").value;
    var shown = 0;
    all("[data-regrade-question]", list).forEach(function (row) {
      var text = row.words = row.words || plain(row.firstElementChild.textContent);
      var fits = words.every(function (word) { return text.indexOf(word) >= 0; });
      if (wanted === "corrected") fits = fits && row.hasAttribute("data-corrected");
      else if (wanted) fits = fits && row.dataset.part === wanted;
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    var said = shown === 0 ? texts.found_none : shown === 1 ? texts.found_one : fill(texts.found, { count: shown });
    one("[data-regrade-found]").textContent = said;
  }

  /* A question that was reworded has a row for each wording; without words the newest is meant, which comes first. */
  function rowOf(id, words) {
    return all("[data-regrade-question]", list).find(function (row) {
      return row.dataset.regradeQuestion === id && (!words || row.dataset.words === words);
    });
  }
  function editorOf(id, words) {
    return all("[data-regrade-editor]", chosen).find(function (editor) {
      return editor.dataset.regradeEditor === id && (!words || editor.dataset.words === words);
    });
  }
  function editorFor(row) { return editorOf(row.dataset.regradeQuestion, row.dataset.words); }
  function rowFor(editor) { return rowOf(editor.dataset.regradeEditor, editor.dataset.words); }

  function mark(row, on) {
    var button = one("[data-regrade-pick]", row);
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? texts.picked : texts.pick;
    row.toggleAttribute("data-picked", on);
  }

  function add(row, move) {
    chosen.append(one("template", row).content.cloneNode(true));
    mark(row, true);
    changed();
    news.textContent = fill(texts.added, { where: row.dataset.where });
    if (move) {
      var legend = one("legend", editorFor(row));
      legend.focus();
      legend.scrollIntoView({ block: "nearest" });
    }
  }

  function remove(editor) {
    var row = rowFor(editor);
    editor.remove();
    mark(row, false);
    changed();
    news.textContent = texts.removed;
  }

  /* 2: what is right */

  function correction(editor) {
    var deed = one('input[type="radio"]:checked', editor).value;
    var found = { question: editor.dataset.regradeEditor, words: editor.dataset.words };
    if (deed !== "key") return Object.assign(found, { ruling: deed });
    var key = all('input[type="checkbox"]:checked', editor).map(function (box) { return box.value; });
    return Object.assign(found, { key: key });
  }

  function whole() {
    return {
      corrections: all("[data-regrade-editor]", chosen).map(correction),
      raise_only: form.elements.raise_only.checked
    };
  }

  /* What is on the page is no longer what was previewed. */
  function changed() {
    var any = chosen.children.length > 0;
    one("[data-regrade-empty]").hidden = any;
    one("[data-regrade-ready]").hidden = !any;
    asked += 1;
    var stale = previewed || isBusy(one("[data-regrade-preview]"));  // one that is under way is of what was there before
    busy(one("[data-regrade-preview]"), false);
    all("[data-regrade-editor]", chosen).forEach(function (editor) {
      one("[data-regrade-choices]", editor).hidden = one('input[type="radio"]:checked', editor).value !== "key";
    });
    if (stale) {
      previewed = null;
      changes.replaceChildren();
      waiting.textContent = texts.stale;
    }
    applyForm.hidden = true;
    one("[data-regrade-not-yet]").hidden = false;
  }

  function clearWrong() {
    all("[data-regrade-wrong]", chosen).forEach(function (note) { say(note, ""); });
    all("[data-regrade-problem]").forEach(function (note) { say(note, ""); });
    all("[aria-invalid]").forEach(function (input) {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    });
  }

  function refuse(name, answer) {
    var editor = answer.field && editorOf(answer.field, answer.words);
    var note = name !== "undo" && editor ? one("[data-regrade-wrong]", editor) : problem(name);
    note.dataset.pexError = answer.code || "";
    say(note, answer.message);
    if (name !== "undo" && editor) return one("legend", editor).focus();
    var text = answer.field === "reason" && (name === "undo" ? undoForm : applyForm).elements.reason;
    if (!text) return note.scrollIntoView({ block: "nearest" });
    text.setAttribute("aria-invalid", "true");
    text.setAttribute("aria-describedby", note.id);
    text.focus();
  }

  /* 3: who changes */

  function preview() {
    var button = one("[data-regrade-preview]");
    if (isBusy(button)) return;
    clearWrong();
    var body = whole();
    var empty = body.corrections.find(function (found) { return found.key && !found.key.length; });
    if (empty) return refuse("preview", { field: empty.question, words: empty.words, code: "invalid_correction", message: texts.empty_key });
    busy(button, true);
    waiting.textContent = texts.waiting;
    changes.replaceChildren();
    var turn = ++asked;
    post(root.dataset.preview, body).then(function (answer) {
      if (turn !== asked) return;  // something was changed meanwhile
      busy(button, false);
      if (!answer.ok) {
        waiting.textContent = "";
        return refuse("preview", answer);
      }
      previewed = Object.assign({ mark: answer.mark }, body);
      waiting.textContent = answer.summary;
      changes.innerHTML = answer.html;
      applyForm.hidden = false;
      one("[data-regrade-not-yet]").hidden = true;
      one("#regrade-3").focus();
    }).catch(function () {
      if (turn !== asked) return;
      busy(button, false);
      waiting.textContent = "";
      refuse("preview", { message: texts.lost });
    });
  }

  /* 4: apply; and undo, which is the same with another question */

  function decide(name, url, body, button) {
    busy(button, true);
    post(url, body).then(function (answer) {
      if (answer.ok) return window.location.assign(window.location.pathname + "?done=" + (name === "undo" ? "undone" : "applied"));
      busy(button, false);
      if (answer.code === "changed_meanwhile") {
        refreshHistory();
        if (name === "apply") changed();
      }
      refuse(name === "apply" && answer.code === "changed_meanwhile" ? "preview" : name, answer);
    }).catch(function () {
      busy(button, false);
      refuse(name, { message: texts.lost_deed });
      refreshHistory();
    });
  }

  function refreshHistory() {
    fetch(window.location.pathname, { cache: "no-store" }).then(function (response) { return response.text(); }).then(function (html) {
      var fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-regrade-history]");
      if (!fresh) return;
      one("[data-regrade-nothing]").hidden = fresh.children.length > 0;
      one("[data-regrade-history]").replaceChildren.apply(one("[data-regrade-history]"), Array.from(fresh.children));
    }).catch(function () {});
  }

  function openUndo(number) {
    undoing = { number: number, mark: null };
    if (lastUndone !== number) undoForm.elements.reason.value = "";  // it was typed for another one
    lastUndone = number;
    clearWrong();
    one("[data-regrade-undo-title]").textContent = fill(texts.undo_title, { number: number });
    one("[data-regrade-undo-changes]").replaceChildren();
    one("[data-regrade-undo-waiting]").textContent = texts.waiting;
    var confirm = busy(one("[data-regrade-undo-confirm]"), true);
    var mine = undoing;
    dialog.showModal();
    one("[data-regrade-undo-title]").focus();
    post(root.dataset.preview, { undo: number }).then(function (answer) {
      if (mine !== undoing) return;
      one("[data-regrade-undo-waiting]").textContent = answer.ok ? answer.summary : "";
      if (!answer.ok) return refuse("undo", answer);
      mine.mark = answer.mark;
      one("[data-regrade-undo-changes]").innerHTML = answer.html;
      busy(confirm, false);
    }).catch(function () {
      if (mine !== undoing) return;
      one("[data-regrade-undo-waiting]").textContent = "";
      refuse("undo", { message: texts.lost });
    });
  }

  list.addEventListener("click", function (event) {
    var button = event.target.closest("[data-regrade-pick]");
    if (!button) return;
    var row = button.closest("[data-regrade-question]");
    var editor = editorFor(row);
    if (editor) remove(editor);
    else add(row, true);
  });
  chosen.addEventListener("click", function (event) {
    var button = event.target.closest("[data-regrade-remove]");
    if (!button) return;
    var editor = button.closest("[data-regrade-editor]");
    var row = rowFor(editor);
    remove(editor);
    row.hidden = false;
    one("[data-regrade-pick]", row).focus();
  });
  form.addEventListener("change", changed);
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    preview();
  });
  applyForm.addEventListener("submit", function (event) {
    event.preventDefault();
    var button = one("button", applyForm);
    if (isBusy(button) || !previewed) return;
    clearWrong();
    var reason = applyForm.elements.reason.value;
    if (!reason.trim()) return refuse("apply", { field: "reason", code: "invalid_field", message: texts.reason });
    decide("apply", root.dataset.apply, Object.assign({ reason: reason }, previewed), button);
  });
  one("[data-regrade-history]").addEventListener("click", function (event) {
    var button = event.target.closest("[data-regrade-undo]");
    if (button) openUndo(Number(button.dataset.regradeUndo));
  });
  undoForm.addEventListener("submit", function (event) {
    event.preventDefault();
    var button = one("[data-regrade-undo-confirm]");
    if (isBusy(button) || undoing.mark === null) return;
    clearWrong();
    var reason = undoForm.elements.reason.value;
    if (!reason.trim()) return refuse("undo", { field: "reason", code: "invalid_field", message: texts.reason });
    decide("undo", root.dataset.undo, { number: undoing.number, mark: undoing.mark, reason: reason }, button);
  });
  dialog.addEventListener("close", function () { undoing = null; });
  one("[data-regrade-dismiss]").addEventListener("click", function () { dialog.close(); });
  one("[data-regrade-search]").addEventListener("input", narrow);
  one("[data-regrade-filter]").addEventListener("change", narrow);

  function poll() {
    fetch(root.dataset.left, { headers: { Accept: "application/json" }, cache: "no-store" })
      .then(function (response) { return response.json(); })
      .then(function (answer) {
        if (!answer.ok) return;
        say(one("[data-regrade-left]"), answer.left ? answer.text : texts.settled);
        if (answer.left) window.setTimeout(poll, POLL);
      })
      .catch(function () { window.setTimeout(poll, POLL); });
  }

  narrow();
  if (one("[data-regrade-done]")) window.history.replaceState(null, "", window.location.pathname);
  if (Number(one("[data-regrade-left]").dataset.count)) window.setTimeout(poll, POLL);
  if (root.dataset.wanted) add(rowOf(root.dataset.wanted), true);
  else if (one("[data-regrade-done]")) one("[data-regrade-done]").focus();
})();
