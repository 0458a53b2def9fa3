/* The check of the equipment begins here: its scripts come with the first click, a page that is not asked loads none. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  let loading = null;

  function script(address) {
    return new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.async = false; // in the order given
      element.src = address;
      element.addEventListener("load", resolve);
      element.addEventListener("error", () => reject(new pex.Failure("unreachable")));
      document.head.append(element);
    });
  }

  function load(addresses) {
    loading = loading || Promise.all(addresses.map(script));
    loading.catch(() => (loading = null)); // another click tries again
    return loading;
  }

  /* An action of the check, once its scripts are there. */
  const checking = (work) => async (panel, button) => {
    try {
      await load(panel.checkFiles.scripts);
    } catch (failure) {
      panel.refused(failure);
      return;
    }
    panel.check = panel.check || new pex.EquipmentCheck(panel);
    await work(panel.check, button);
  };

  pex.equipmentActions = {
    checkEquipment: checking((check, button) => check.run(button)),
    testEquipment: checking((check, button) => check.test(button.dataset.test, button)),
    skipTest: checking((check, button) => check.skip(button.dataset.test)),
    stopTest: checking((check, button) => check.stop(button.dataset.test)),
    playTone: checking((check, button) => check.playTone(button)),
    toneHeard: checking((check, button) => check.heard("heard", button)),
    toneSilent: checking((check, button) => check.heard("silent", button)),
    showEquipment: (panel) => panel.open("equipment"),
  };
})();
