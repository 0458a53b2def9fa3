/* The invigilator's board: asks for the rows every five seconds, changes only the cells that changed, sends deeds. */
(function () {
  "use strict";

  var PERIOD = 5000;
  var root = document.querySelector("[data-board]");
  var list = root.querySelector("[data-board-rows]");
  var texts = JSON.parse(document.getElementById("board-texts").textContent);
  var updated = root.querySelector("[data-board-updated]");
  var problem = root.querySelector("[data-board-problem]");
  var news = root.querySelector("[data-board-news]");
  var dialog = root.querySelector("[data-board-dialog]");
  var form = dialog.querySelector("form");
  var refusal = dialog.querySelector("[data-board-refusal]");
  var codes = root.querySelector("[data-board-codes]");
  var AT_ONCE = ["code", "lift-lock", "pause", "resume"];
  var FIELDS = { unlock: ["reason"], extend: ["minutes", "reason"], close: ["reason"], interrupt: ["reason"], incident: ["kind", "text"] };
  var asked = null;
  var timer = 0;
  var lastTime = "";
  var order = 0;

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (all, name) { return name in values ? values[name] : all; });
  }

  function nonce() {
    var bytes = new Uint8Array(16);
    crypto.getRandomValues(bytes);
    return Array.from(bytes, function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }

  function say(element, text) {
    element.textContent = text;
    element.hidden = !text;
  }

  /* What is on the screen stays what it is unless the server's version of it changed: focus, open menus, selections. */

  function remember(row) {
    row.querySelectorAll("[data-board-cell]").forEach(function (cell) { cell.served = cell.innerHTML; });
    count(row);
  }

  function count(row) {
    var left = row.querySelector("[data-board-remaining]");
    if (left) left.until = performance.now() + Number(left.dataset.seconds) * 1000;
  }

  function change(row, fresh) {
    var told = "";
    row.dataset.name = fresh.dataset.name;
    if (row.dataset.state !== fresh.dataset.state) {
      row.dataset.state = fresh.dataset.state;
      told = fill(texts.changed, { name: fresh.dataset.name, state: fresh.querySelector("[data-board-state]").textContent });
    }
    row.querySelectorAll("[data-board-cell]").forEach(function (cell) {
      var other = fresh.querySelector('[data-board-cell="' + cell.dataset.boardCell + '"]');
      if (cell.className !== other.className) cell.className = other.className;
      if (cell.served === other.innerHTML) return;
      var held = cell.contains(document.activeElement) ? document.activeElement : null;
      var action = held && held.dataset.boardAction;
      var menu = cell.querySelector("[data-board-menu]");
      var open = menu && menu.open;
      cell.innerHTML = cell.served = other.innerHTML;
      menu = cell.querySelector("[data-board-menu]");
      if (open && menu) menu.open = true;
      if (held) refocus(row, cell, action);
    });
    count(row);
    return told;
  }

  function isShut(button) {
    return Boolean(button.closest("[data-board-menu]:not([open]) > :not(summary)"));
  }

  function refocus(row, cell, action) {
    var target = action && cell.querySelector('[data-board-action="' + action + '"]');
    if (target && isShut(target)) target = cell.querySelector("summary");
    target = target || cell.querySelector("button, summary");
    if (!target) {
      row.tabIndex = -1;
      target = row;
    }
    target.focus({ preventScroll: true });
  }

  function show(answer, asOf) {
    if (asOf < order) return;  // an older answer that came late
    order = asOf;
    var box = document.createElement("template");
    box.innerHTML = answer.rows;
    var known = {};
    list.querySelectorAll("[data-board-row]").forEach(function (row) { known[row.dataset.boardRow] = row; });
    var wanted = Array.from(box.content.children);
    var told = [];
    wanted.forEach(function (fresh, index) {
      var row = known[fresh.dataset.boardRow];
      if (row) {
        told.push(change(row, fresh));
        delete known[fresh.dataset.boardRow];
      } else {
        row = fresh;
        if (row.dataset.boardRow) remember(row);
      }
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] || null);
    });
    while (list.children.length > wanted.length) list.lastElementChild.remove();
    told = told.filter(Boolean);
    if (told.length) news.textContent = told.join(" ");
    root.querySelector("[data-board-summary]").textContent = answer.summary;
    lastTime = answer.time;
    updated.textContent = fill(texts.updated, { time: answer.time });
    say(problem, "");
  }

  function refresh() {
    window.clearTimeout(timer);
    if (document.hidden) return;
    var asOf = ++refresh.count;
    fetch(root.dataset.rows, { headers: { Accept: "application/json" }, cache: "no-store" })
      .then(function (response) { return response.json(); })
      .then(function (answer) {
        if (answer.ok) show(answer, asOf);
        else say(problem, answer.message);
      })
      .catch(function () { say(problem, fill(texts.lost, { time: lastTime || updated.textContent })); })
      .finally(function () { window.clearTimeout(timer); timer = window.setTimeout(refresh, PERIOD); });
  }
  refresh.count = 0;

  function tick() {
    list.querySelectorAll("[data-board-remaining][data-running]").forEach(function (left) {
      var seconds = Math.max(0, Math.ceil((left.until - performance.now()) / 1000));
      var text = Math.floor(seconds / 3600) + ":" + String(Math.floor(seconds / 60) % 60).padStart(2, "0") + ":" + String(seconds % 60).padStart(2, "0");
      if (left.textContent !== text) left.textContent = text;
    });
  }

  /* Deeds */

  function send(body, done, refused) {
    var asOf = ++refresh.count;
    fetch(root.dataset.deeds, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": root.dataset.token, Accept: "application/json" },
      body: JSON.stringify(body)
    })
      .then(function (response) { return response.json(); })
      .then(function (answer) {
        if (!answer.ok) return refused(answer);
        show(answer, asOf);
        done(answer);
      })
      .catch(function () {
        refused({ message: texts.failed });
        refresh();
      });
  }

  function act(button) {
    var row = button.closest("[data-board-row]");
    var deed = button.dataset.boardAction;
    var menu = button.closest("[data-board-menu]");
    if (menu) menu.open = false;
    asked = { candidacy: Number(row.dataset.boardRow), deed: deed, nonce: nonce() };
    if (AT_ONCE.indexOf(deed) < 0) return ask(row, deed);
    button.disabled = true;
    send(asked, function (answer) {
      button.disabled = false;
      if (answer.code) showCode(row, answer);
    }, function (answer) {
      button.disabled = false;
      say(problem, row.dataset.name + " : " + answer.message);
    });
  }

  function ask(row, deed) {
    form.reset();
    say(refusal, "");
    clearInvalid();
    form.querySelectorAll("[data-board-field]").forEach(function (field) {
      field.hidden = FIELDS[deed].indexOf(field.dataset.boardField) < 0;
    });
    dialog.querySelector("[data-board-title]").textContent = texts.titles[deed] + " · " + row.dataset.name;
    dialog.querySelector("[data-board-about]").textContent = texts.about[deed];
    var confirm = dialog.querySelector("[data-board-confirm]");
    confirm.textContent = texts.confirm[deed];
    confirm.disabled = false;
    var red = deed === "close" || deed === "interrupt";
    confirm.classList.toggle("board-button--red", red);
    confirm.classList.toggle("board-button--main", !red);
    dialog.dataset.deed = deed;
    dialog.showModal();
    form.querySelector("[data-board-field]:not([hidden]) :is(input, select, textarea)").focus();
  }

  function clearInvalid() {
    form.querySelectorAll("[aria-invalid]").forEach(function (input) {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    });
  }

  function refuse(answer) {
    dialog.querySelector("[data-board-confirm]").disabled = false;
    clearInvalid();
    refusal.id = "board-refusal";
    refusal.dataset.pexError = answer.code || "";
    say(refusal, answer.message);
    var input = answer.field && form.elements[answer.field];
    if (!input) return;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", refusal.id);
    input.focus();
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    FIELDS[asked.deed].forEach(function (name) {
      asked[name] = name === "minutes" ? Number(form.elements.minutes.value) : form.elements[name].value;
    });
    dialog.querySelector("[data-board-confirm]").disabled = true;
    send(asked, function () { dialog.close(); }, refuse);
  });

  function showCode(row, answer) {
    codes.querySelector("[data-board-code-title]").textContent = row.dataset.name;
    codes.querySelector("[data-board-code]").textContent = answer.code;
    codes.querySelector("[data-board-code-about]").textContent = answer.session ? fill(texts.code_session, { time: answer.start }) : texts.code_own;
    codes.showModal();
    codes.querySelector("[data-board-hide]").focus();
  }

  /* The button that opened a dialog may have been replaced meanwhile. */

  function comeBack() {
    if (list.contains(document.activeElement) && !isShut(document.activeElement)) return;
    var row = list.querySelector('[data-board-row="' + asked.candidacy + '"]');
    if (row) refocus(row, row.querySelector('[data-board-cell="deeds"]'), asked.deed);
  }

  dialog.addEventListener("close", comeBack);
  codes.addEventListener("close", function () {
    codes.querySelector("[data-board-code]").textContent = "";
    comeBack();
  });
  codes.querySelector("[data-board-hide]").addEventListener("click", function () { codes.close(); });
  dialog.querySelector("[data-board-dismiss]").addEventListener("click", function () { dialog.close(); });

  list.addEventListener("click", function (event) {
    var button = event.target.closest("[data-board-action]");
    if (button) act(button);
  });
  document.addEventListener("click", function (event) {
    root.querySelectorAll("[data-board-menu][open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", function (event) {
    var menu = event.key === "Escape" && root.querySelector("[data-board-menu][open]");
    if (!menu || dialog.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("visibilitychange", refresh);

  list.querySelectorAll("[data-board-row]").forEach(remember);
  window.setInterval(tick, 1000);
  timer = window.setTimeout(refresh, PERIOD);
})();
