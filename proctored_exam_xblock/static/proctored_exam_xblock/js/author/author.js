/* The author's page: ties the tabs, the rules, the paper, the preview and the checks together, and saves them. */
function ProctoredExamAuthor(runtime, element, args) {
  "use strict";
  const my = window.PexAuthor;
  const root = (element.jquery ? element[0] : element).querySelector("[data-pex-author]");
  const form = root.querySelector("[data-pex-author-form]");
  const texts = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
  const find = (selector) => root.querySelector(selector);
  const say = (text) => { find("[data-pex-author-said]").textContent = text; };
  const status = (text, state) => {
    find("[data-pex-author-status]").textContent = text;
    find("[data-pex-author-status]").dataset.state = state || "";
  };
  const handlers = new my.Handlers(runtime, element, args.handlers, texts);
  const ask = my.asker(root);
  const draft = new my.Draft(args.usage);
  let revision = args.revision;
  let dirty = false;
  let version = 0;
  let expert = ""; // the rules' text as it was shown, and the form's at that time
  let formWhenShown = "";
  let offered = null; // a draft of before, until the author has said what to do with it

  const rules = new my.Rules(root, args.services);
  const paper = new my.Paper(root, handlers, args, { texts, ask, say, changed });
  const tabs = new my.Tabs(root, shown);
  const preview = new my.AsCandidate(root, handlers, args.styles, args.language, () => say(texts.preview_only));
  const onFile = JSON.stringify(body());
  const keep = my.latest(600, () => { if (dirty && !offered) draft.keep({ ...body(), revision }); });

  function body() {
    return { display_name: rules.title.value, policy: JSON.stringify(rules.read()), ...paper.read() };
  }

  function changed() {
    version += 1;
    dirty = true;
    status(texts.unsaved, "unsaved");
    keep();
  }

  function clean(text) {
    dirty = false;
    if (!offered) draft.forget();
    status(text, "saved");
  }

  /* --- what is wrong, beside each field, in each tab --- */

  function report(answer, elsewhereToo) {
    const fields = answer.fields || {};
    const { here, elsewhere } = rules.say(fields);
    const wrongInPaper = paper.mistakes(answer.mistakes || []);
    tabs.count("exam", here.length);
    tabs.count("paper", wrongInPaper);
    const count = here.length + wrongInPaper;
    let text = answer.ok ? "" : answer.message;
    if (!answer.ok && answer.code === "invalid_exam" && count) {
      text = count === 1 ? texts.wrong_field : my.fill(texts.wrong_fields, { count });
    }
    const loose = elsewhere.filter((name) => name !== "paper" || !wrongInPaper).map((name) => name + " : " + fields[name]);
    my.show(find("[data-pex-author-alert]"), [text, ...(elsewhereToo ? loose : [])].filter(Boolean).join(" "));
    return { here, wrongInPaper, text };
  }

  async function save() {
    // What was typed into an expert's box is part of the exam.
    if (find("[data-pex-author-json]").value !== expert && !(await applyJson())) return;
    if (paper.unapplied && !(await paper.applySource())) return;
    const sent = version;
    const button = find('[data-pex-author-do="save"]');
    button.disabled = true;
    status(texts.saving, "saving");
    const answer = await handlers.ask("save_content", { ...body(), revision });
    button.disabled = false;
    const { here, wrongInPaper, text } = report(answer, true);
    if (answer.ok) {
      revision = answer.revision;
      if (sent === version) clean(texts.saved);
      else changed();
      if (runtime && runtime.notify && sent === version) {
        runtime.notify("save", { state: "start" });
        runtime.notify("save", { state: "end", element });
      }
      return;
    }
    if (dirty && !offered) draft.keep({ ...body(), revision });
    status(here.length || wrongInPaper ? text : texts.unsaved, "unsaved");
    if (here.length) {
      tabs.show("exam");
      rules.focus(here[0]);
    } else if (wrongInPaper) {
      tabs.show("paper");
      paper.focusFirst();
    } else {
      find("[data-pex-author-alert]").scrollIntoView({ block: "center" });
      button.focus({ preventScroll: true });
    }
  }

  /* --- tabs that ask the server --- */

  function shown(name) {
    if (name === "preview") preview.load(body(), (answer) => report(answer, true));
    if (name === "checks") check();
  }

  async function check() {
    const place = find("[data-pex-author-findings]");
    const answer = await handlers.ask("check_exam", body());
    if (answer.ok) place.innerHTML = answer.html;
    my.show(find("[data-pex-author-alert]"), answer.ok ? "" : answer.message);
  }

  function mend(field) {
    if (field === "paper") {
      tabs.show("paper");
      paper.focusFirst();
    } else {
      tabs.show("exam");
      rules.focus(field);
    }
  }

  async function setPassword() {
    const secret = find("[data-pex-author-secret]");
    const answer = await handlers.ask("set_exam_password", { password: secret.value });
    const wrong = answer.ok ? "" : (answer.fields && answer.fields.password) || answer.message;
    my.show(find('[data-pex-author-error="password"]'), wrong);
    secret.setAttribute("aria-invalid", String(Boolean(wrong)));
    if (wrong) {
      secret.focus();
      return;
    }
    secret.value = "";
    find("[data-pex-author-password-state]").textContent = answer.state;
    say(texts.password_set);
  }

  /* --- drafts, JSON --- */

  function offerDraft() {
    const found = draft.find();
    if (!found) return;
    const { revision: base, ...old } = found.body;
    if (JSON.stringify(old) === onFile) {
      draft.forget();
      return;
    }
    const time = new Date(found.at).toLocaleString(args.language, { dateStyle: "long", timeStyle: "short" });
    find("[data-pex-author-draft-text]").textContent = my.fill(base === revision ? texts.draft_found : texts.draft_older, { time });
    find("[data-pex-author-draft]").hidden = false;
    offered = found;
  }

  async function restore() {
    const found = offered;
    offered = null;
    find("[data-pex-author-draft]").hidden = true;
    if (!found) return;
    rules.title.value = found.body.display_name;
    rules.fill(JSON.parse(found.body.policy));
    if (found.body.parts) paper.fill(found.body.parts);
    else paper.asSource(found.body.paper || "", []);
    changed();
    my.show(find("[data-pex-author-alert]"), "");
    say(texts.draft_restored);
    status(texts.draft_restored, "unsaved");
    paper.reread();
  }

  const asJson = () => JSON.stringify(rules.read(), null, 2);

  /* Whether the text is in the form now; what was changed there since it was shown is asked about first. */
  async function applyJson() {
    const area = find("[data-pex-author-json]");
    let read = null;
    let reason = "";
    try {
      read = JSON.parse(area.value);
    } catch (error) {
      reason = error.message;
    }
    const isObject = read && typeof read === "object" && !Array.isArray(read);
    my.show(rules.place("policy"), isObject ? "" : my.fill(texts.bad_json, { reason }));
    area.setAttribute("aria-invalid", String(!isObject));
    if (!isObject) {
      tabs.show("exam");
      find("[data-pex-author-expert]").open = true;
      area.focus();
      return false;
    }
    if (formWhenShown !== asJson() && !(await ask(texts.replace_rules, texts.replace))) return false;
    const unknown = rules.fill(read);
    if (unknown.length) my.show(rules.place("policy"), my.fill(texts.json_unknown, { names: unknown.join(", ") }));
    expert = area.value;
    formWhenShown = asJson();
    changed();
    say(texts.json_applied);
    return true;
  }

  async function cancel() {
    if (dirty && !(await ask(texts.leave, texts.leave_yes))) return;
    dirty = false;
    window.removeEventListener("beforeunload", warn);
    if (runtime && runtime.notify) runtime.notify("cancel", {});
  }

  function warn(event) {
    if (!dirty || !document.contains(root)) return;
    event.preventDefault();
    event.returnValue = "";
  }

  const DEEDS = {
    "restore-draft": restore,
    "discard-draft": () => {
      offered = null;
      draft.forget();
      find("[data-pex-author-draft]").hidden = true;
      rules.title.focus();
    },
    "apply-json": applyJson,
    "set-password": setPassword,
    check,
    cancel,
    "add-row": (button) => {
      my.rows.add(button.closest("[data-pex-author-field]")).querySelector("input").focus();
      changed();
    },
    "remove-row": (button) => {
      my.rows.remove(button.closest("[data-pex-author-line]"));
      changed();
    },
  };

  root.addEventListener("click", (event) => {
    const jump = event.target.closest("[data-pex-author-jump]");
    const fix = event.target.closest("[data-pex-author-fix]");
    const button = event.target.closest("[data-pex-author-do]");
    if (jump) {
      event.preventDefault();
      const heading = root.querySelector("#pex-author-heading-" + jump.dataset.pexAuthorJump);
      heading.scrollIntoView({ block: "start" });
      heading.focus({ preventScroll: true });
    } else if (fix) {
      mend(fix.dataset.pexAuthorFix);
    } else if (button && button.type !== "submit") {
      const deed = DEEDS[button.dataset.pexAuthorDo];
      if (deed) deed(button);
      else paper.act(button.dataset.pexAuthorDo, button);
    }
  });
  const APART = "[data-pex-author-secret], [data-pex-author-answers], [data-pex-author-paste], [data-pex-author-file], [data-pex-author-json]";
  root.addEventListener("input", (event) => {
    if (!event.target.matches(APART) && !(event.target.matches("[data-pex-author-olx]") && paper.mode === "parts")) changed();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault(); // a field is left by Tab; the exam is saved by its button
    if (event.target.matches("[data-pex-author-secret]")) setPassword();
  });
  find("[data-pex-author-expert]").addEventListener("toggle", (event) => {
    const area = find("[data-pex-author-json]");
    if (!event.target.open || area.value !== expert) return; // what was typed there stays
    formWhenShown = asJson();
    area.value = args.unread_policy && !area.value ? args.unread_policy : formWhenShown;
    expert = area.value;
  });
  window.addEventListener("beforeunload", warn);

  offerDraft();
  tabs.fromAddress();
  root.dataset.pexAuthorReady = "";
}
