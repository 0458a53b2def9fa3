/* Studio's form: send title, policy and paper; show what the server says beside each field; lose nothing typed. */
function ProctoredExamAuthor(runtime, element, args) {
  "use strict";
  var root = element.jquery ? element[0] : element;
  var form = root.querySelector("[data-pex-author]");

  function cookie(name) {
    var found = document.cookie.match("(?:^|; )" + name + "=([^;]*)");
    return found ? decodeURIComponent(found[1]) : "";
  }

  function show(selector, text) {
    var place = form.querySelector(selector);
    if (!place) return;
    place.hidden = !text;
    if (typeof text === "string") place.textContent = text;
  }

  function report(answer) {
    var fields = answer.fields || {};
    form.querySelectorAll("[data-pex-author-error]").forEach(function (place) {
      var name = place.getAttribute("data-pex-author-error");
      show('[data-pex-author-error="' + name + '"]', fields[name] || "");
      form.elements[name].setAttribute("aria-invalid", fields[name] ? "true" : "false");
    });
    show("[data-pex-author-alert]", answer.ok ? "" : answer.message);
    show("[data-pex-author-status]", Boolean(answer.ok));
    if (runtime && runtime.notify) {
      if (answer.ok) runtime.notify("save", { state: "end" });
      else runtime.notify("error", { title: answer.message, message: Object.values(fields).join(" ") });
    }
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (runtime && runtime.notify) runtime.notify("save", { state: "start" });
    fetch(args.save, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken") },
      body: JSON.stringify({
        display_name: form.elements.display_name.value,
        policy: form.elements.policy.value,
        paper: form.elements.paper.value,
      }),
    })
      .then(function (response) { return response.json(); })
      .then(report)
      .catch(function () { report({ ok: false, message: form.dataset.unreachable || "…" }); });
  });
}
