/* What each button does, and the entry point that the XBlock runtime calls. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});

  /* By the name in data-pex-action, in camel case; links that only lead somewhere are not here. */
  pex.actions = {
    ...pex.equipmentActions,
    acceptTerms: (panel, button) => panel.act(button, "accept_terms", { version: button.dataset.version }),
    confirmName: (panel, button) => panel.act(button, "confirm_name", pex.form.nameChoice(button)),
    changeName: (panel, button) => panel.act(button, "confirm_name", pex.form.nameChoice(button)),
    pay: (panel) => pex.payment.leave(panel.section),
    pickDay: (panel, button) => panel.calendar.pickDay(button),
    pickSlot: (panel, button) => panel.calendar.pickSlot(button),
    monthBefore: (panel, button) => panel.calendar.turn(button, -1),
    monthAfter: (panel, button) => panel.calendar.turn(button, 1),
    retrySlots: (panel) => panel.calendar.load(),
    changeZone: (panel) => panel.calendar.changeZone(),
    book: (panel, button) => panel.calendar.confirm(button, "book"),
    move: (panel, button) =>
      button.hasAttribute("data-pex-open-calendar")
        ? panel.movePane("calendar")
        : panel.calendar.confirm(button, "move"),
    bookNext: (panel, button) => panel.act(button, "book", { start: button.dataset.start }),
    tryAgain: (panel, button) => panel.act(button, "try_again"),
    keep: (panel) => panel.movePane("appointment"),
    askSecond: (panel, button) => panel.act(button, "ask_second"),
    cancel: (panel, button) => panel.open("cancel", () => panel.act(button, "cancel")),
    launch: (panel, button) =>
      button.dataset.pexOpens ? panel.open(button.dataset.pexOpens) : panel.act(button, "launch"),
    consent: (panel) => {
      setTimeout(() => panel.closeDialogs());
      panel.watch();
    },
    rejoin: (panel) => panel.watch(),
    claim: (panel, button) => panel.act(button, "claim_window"),
    start: (panel, button) => panel.act(button, "start_sitting"),
    savePart: (panel, button) => panel.during(button, () => panel.sitting.savePart()),
    submitPart: (panel, button) => panel.sitting.askSubmit(button),
    finish: (panel, button) => panel.sitting.askFinish(button),
    nextPart: (panel) => panel.sitting.next(),
    confirm: (panel) => {
      const work = panel.onConfirm;
      panel.closeDialogs();
      work();
    },
    dismiss: (panel) => panel.closeDialogs(),
    print: () => window.print(),
  };

  /* Called by the XBlock runtime; `element` is a DOM node or a jQuery object. */
  window.ProctoredExamXBlock = function (runtime, element, args) {
    const node = element.jquery ? element[0] : element;
    const root = node.matches("[data-pex-root]") ? node : node.querySelector("[data-pex-root]");
    if (root && root.querySelector("[data-pex-heading]")) return new pex.Panel(root, args); // a mere refusal has none
    return null;
  };
})();
