/* Camera, microphone and loudspeakers: opened, measured, and always given back. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const HEARD = 0.004;
  const PICTURE_MS = 3000;
  const isHeard = (level) => level !== null && level >= HEARD;
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  /* Whether the page around this one hands the permission on; true where the browser does not tell. */
  function handedOn(kind) {
    const policy = document.permissionsPolicy || document.featurePolicy;
    return !policy || policy.allowsFeature(kind);
  }

  function stateOf(error, kind) {
    if (!handedOn(kind)) return "frame";
    switch (error && error.name) {
      case "NotAllowedError":
      case "PermissionDeniedError":
      case "SecurityError":
        return "refused";
      case "NotFoundError":
      case "DevicesNotFoundError":
      case "OverconstrainedError":
        return "missing";
      case "NotReadableError":
      case "TrackStartError":
      case "AbortError":
        return "busy";
      default:
        return "failed";
    }
  }

  function unable(kind) {
    if (navigator.mediaDevices && navigator.mediaDevices.getUserMedia) return handedOn(kind) ? "" : "frame";
    return window.isSecureContext ? "no_api" : "insecure";
  }

  const WANTED = {
    camera: { video: { width: { ideal: 1280 }, height: { ideal: 720 } } },
    microphone: { audio: true },
  };

  /* A device: {stream} or {state}. `kinds` together make one question of the browser's. */
  async function open(kinds) {
    const found = {};
    const able = kinds.filter((kind) => {
      const state = unable(kind);
      if (state) found[kind] = { state };
      return !state;
    });
    if (!able.length) return found;
    try {
      const stream = await navigator.mediaDevices.getUserMedia(Object.assign({}, ...able.map((kind) => WANTED[kind])));
      able.forEach((kind) => (found[kind] = { state: "ok", stream }));
    } catch (error) {
      const refused = ["NotAllowedError", "PermissionDeniedError"].includes(error.name);
      if (able.length > 1 && !refused) {
        // One of them is missing or taken: each for itself.
        for (const kind of able) Object.assign(found, await open([kind]));
      } else {
        able.forEach((kind) => (found[kind] = { state: stateOf(error, kind) }));
      }
    }
    return found;
  }

  function close(stream) {
    if (stream) stream.getTracks().forEach((track) => track.stop());
  }

  /* The picture's size: {camera_width, camera_height}, null where no picture came. */
  async function look(stream, video) {
    video.srcObject = stream;
    video.hidden = false;
    video.play().catch(() => {});
    const seen = new Promise((resolve) => video.addEventListener("loadeddata", resolve, { once: true }));
    if (!video.videoWidth) await Promise.race([seen, wait(PICTURE_MS)]);
    const settings = (stream.getVideoTracks()[0] || { getSettings: () => ({}) }).getSettings();
    return {
      camera_width: video.videoWidth || settings.width || null,
      camera_height: video.videoHeight || settings.height || null,
    };
  }

  /* Listen for `ms`, at least a second, and stop early once something is heard if `brief`; the loudest moment, 0 to 1,
     or null where nothing can be measured. `show` is told each level. */
  async function listen(stream, { ms, brief, show, signal }) {
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!Context) return null;
    const context = new Context();
    try {
      await Promise.race([context.resume(), wait(500)]);
      const analyser = context.createAnalyser();
      analyser.fftSize = 2048;
      context.createMediaStreamSource(stream).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      let loudest = 0;
      for (let passed = 0; passed < ms && !signal.aborted; passed += 100) {
        await wait(100);
        analyser.getFloatTimeDomainData(samples);
        const level = Math.min(1, Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length));
        loudest = Math.max(loudest, level);
        show(level, isHeard(loudest));
        if (brief && passed >= 1000 && isHeard(loudest)) break;
      }
      return context.state === "running" ? loudest : null;
    } catch (error) {
      return null;
    } finally {
      context.close().catch(() => {});
    }
  }

  /* A soft tone of a second and a half; false where the browser makes no sound. */
  async function tone() {
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!Context) return false;
    const context = new Context();
    try {
      await Promise.race([context.resume(), wait(500)]);
      const [source, volume, now] = [context.createOscillator(), context.createGain(), context.currentTime];
      source.frequency.value = 523;
      volume.gain.setValueAtTime(0, now);
      volume.gain.linearRampToValueAtTime(0.25, now + 0.15);
      volume.gain.setValueAtTime(0.25, now + 1.2);
      volume.gain.linearRampToValueAtTime(0, now + 1.5);
      source.connect(volume).connect(context.destination);
      source.start();
      source.stop(now + 1.5);
      await wait(1600);
      return true;
    } catch (error) {
      return false;
    } finally {
      context.close().catch(() => {});
    }
  }

  pex.media = { open, close, look, listen, isHeard, tone };
})();
