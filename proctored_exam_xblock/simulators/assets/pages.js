/* Keeps a simulator's page fresh: reads its own address again and replaces what has changed, and only that. */
(function () {
  "use strict";

  var POLL_MS = 2000;
  var latest = 0;
  var sending = 0;

  function attributes(from, to) {
    Array.prototype.forEach.call(from.attributes, function (attribute) {
      if (to.getAttribute(attribute.name) !== attribute.value) {
        to.setAttribute(attribute.name, attribute.value);
      }
    });
    Array.prototype.slice.call(to.attributes).forEach(function (attribute) {
      if (!from.hasAttribute(attribute.name)) {
        to.removeAttribute(attribute.name);
      }
    });
  }

  /* Which control holds the focus, so that it can be found again in the new HTML. */
  function focused(part) {
    var control = document.activeElement;
    if (!control || !part.contains(control)) {
      return null;
    }
    var hooks = ["data-sim-action", "data-sim-check", "data-sim-fault-mode", "data-sim-room-action",
      "data-sim-lever", "name"];
    var hook = hooks.filter(function (name) { return control.hasAttribute(name); })[0];
    return { selector: hook ? "[" + hook + '="' + control.getAttribute(hook) + '"]' : "button, a" };
  }

  function replaceLive(root, fresh) {
    fresh.querySelectorAll("[data-sim-live]").forEach(function (next) {
      var name = next.getAttribute("data-sim-live");
      var part = root.querySelector('[data-sim-live="' + name + '"]');
      if (!part) {
        return;
      }
      attributes(next, part);
      if (part.innerHTML === next.innerHTML) {
        return;
      }
      var held = focused(part);
      part.innerHTML = next.innerHTML;
      if (held) {
        var target = part.querySelector(held.selector) || part.querySelector("button, a");
        if (target) {
          target.focus();
        }
      }
    });
    fresh.querySelectorAll("form.say").forEach(function (next, index) {
      var form = root.querySelectorAll("form.say")[index];
      if (form) {
        attributes(next, form);
      }
    });
  }

  function byKey(root) {
    var found = {};
    root.querySelectorAll("[data-key]").forEach(function (card) {
      found[card.getAttribute("data-key")] = card;
    });
    return found;
  }

  function reconcile(fresh) {
    var queue = document.querySelector("[data-sim-queue]");
    var present = byKey(document);
    var wanted = byKey(fresh);
    Object.keys(present).forEach(function (key) {
      if (!wanted[key]) {
        present[key].remove();
      }
    });
    var previous = null;
    fresh.querySelectorAll("[data-key]").forEach(function (next) {
      var card = present[next.getAttribute("data-key")];
      if (!card) {
        card = document.importNode(next, true);
      } else {
        attributes(next, card);
      }
      if (queue) {
        var place = previous ? previous.nextElementSibling : queue.firstElementChild;
        if (place !== card) {
          queue.insertBefore(card, place);
        }
        previous = card;
      }
    });
    replaceLive(document, fresh);
  }

  function show(request) {
    var turn = ++latest;
    return request
      .then(function (response) {
        return response.ok ? response.text() : null;
      })
      .then(function (html) {
        if (html !== null && turn === latest) {
          reconcile(new DOMParser().parseFromString(html, "text/html"));
        }
        return html !== null;
      })
      .catch(function () {
        return false;
      });
  }

  function refresh() {
    /* An answer read before the action was done would undo it on screen. */
    return sending ? null : show(fetch(location.href, { cache: "no-store" }));
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute("data-sim-form")) {
      return;
    }
    event.preventDefault();
    var body = new URLSearchParams(new FormData(form));
    form.reset();
    sending += 1;
    show(fetch(form.action, { method: "POST", body: body })).then(function (done) {
      sending -= 1;
      if (!done) {
        refresh();
      }
    });
  });

  if (document.querySelector('[data-sim-page="seat"], [data-sim-page="room"]')) {
    setInterval(refresh, POLL_MS);
  }
})();
