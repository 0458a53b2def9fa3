/* What the browser says of itself and of the computer, without asking anybody. */
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
    ["edge", /Edg\/(\d+)/],
    ["opera", /OPR\/(\d+)/],
    ["firefox", /Firefox\/(\d+)/],
    ["chrome", /Chrom(?:e|ium)\/(\d+)/],
    ["safari", /Version\/(\d+).*Safari/],
  ];
  const CONNECTIONS = ["ethernet", "wifi", "cellular", "bluetooth", "wimax", "mixed", "none", "other"];

  function system(agent) {
    const found = SYSTEMS.find(([, pattern]) => pattern.test(agent));
    if (found && found[0] === "macos" && navigator.maxTouchPoints > 2) return "ios"; // an iPad that asks for desktop pages
    return found ? found[0] : "other";
  }

  function browser(agent) {
    for (const [name, pattern] of BROWSERS) {
      const match = pattern.exec(agent);
      if (match) return { browser: name, browser_version: Number(match[1]) };
    }
    return { browser: "other", browser_version: null };
  }

  /* "10", "11", "14.5": what the agent's text hides since browsers froze it, where they tell it otherwise. */
  async function systemVersion(name) {
    try {
      const told = (await navigator.userAgentData.getHighEntropyValues(["platformVersion"])).platformVersion || "";
      if (name === "windows") return Number(told.split(".")[0]) >= 13 ? "11" : Number(told.split(".")[0]) > 0 ? "10" : "";
      return /^[\d.]{1,20}$/.test(told) ? told.replace(/(\.0)+$/, "") : "";
    } catch (error) {
      return "";
    }
  }

  function connection() {
    const told = (navigator.connection || {}).type;
    return CONNECTIONS.includes(told) ? told : "";
  }

  /* The measures that need nobody: a part of what the handler `record_equipment` takes. */
  pex.equipmentFacts = async function (clock) {
    const agent = navigator.userAgent;
    const name = system(agent);
    return {
      ...browser(agent),
      browser_features: Boolean(window.HTMLDialogElement && window.RTCPeerConnection),
      system: name,
      system_version: await systemVersion(name),
      screens: "isExtended" in screen ? screen.isExtended : null,
      cookies: navigator.cookieEnabled,
      connection: connection(),
      clock_offset: Math.round((Date.now() - clock.now()) / 100) / 10,
    };
  };
})();
