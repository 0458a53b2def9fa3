/* A quick look at the candidate's computer: system, browser, camera, microphone. It warns and never blocks. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const SYSTEMS = [
    ["windows_xp", /Windows NT 5\./],
    ["android", /Android/],
    ["ios", /iPhone|iPad|iPod/],
    ["chromeos", /CrOS/],
    ["windows", /Windows/],
    ["macos", /Mac OS X|Macintosh/],
    ["linux", /Linux|X11/],
  ];
  const BROWSERS = [
    ["Edge", /Edg\/(\d+)/],
    ["Opera", /OPR\/(\d+)/],
    ["Firefox", /Firefox\/(\d+)/],
    ["Chrome", /Chrom(?:e|ium)\/(\d+)/],
    ["Safari", /Version\/(\d+).*Safari/],
  ];

  function system(agent) {
    const found = SYSTEMS.find(([, pattern]) => pattern.test(agent));
    return found ? found[0] : "other";
  }

  function browser(agent) {
    for (const [name, pattern] of BROWSERS) {
      const match = pattern.exec(agent);
      if (match) return `${name} ${match[1]}`;
    }
    return "other";
  }

  async function devices() {
    try {
      const kinds = (await navigator.mediaDevices.enumerateDevices()).map((device) => device.kind);
      return { camera: kinds.includes("videoinput"), microphone: kinds.includes("audioinput") };
    } catch (error) {
      return { camera: false, microphone: false, blind: true };
    }
  }

  /* What the handler `record_equipment` takes. `element` says what the vendor does not support. */
  pex.checkEquipment = async function (element) {
    const agent = navigator.userAgent;
    const { blind, ...media } = await devices();
    const found = { system: system(agent), browser: browser(agent), ...media };
    const unsupported = element ? element.dataset.unsupported.split(" ") : [];
    const warnings = [];
    if (unsupported.includes(found.system)) warnings.push("system");
    if (!window.HTMLDialogElement || !window.RTCPeerConnection) warnings.push("browser");
    if (element && element.dataset.media === "yes") {
      if (blind) warnings.push("no_media_api");
      if (!blind && !found.camera) warnings.push("camera");
      if (!blind && !found.microphone) warnings.push("microphone");
    }
    return { ...found, warnings };
  };
})();
