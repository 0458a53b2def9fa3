/* Delay, download and upload against the platform: little data, little time, and a figure also on a slow line.
   Down: at most one static file of 480 KB. Up: at most 220 KB in two bodies that the platform counts and forgets. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const MOST_MS = 8000;
  const PINGS = 7;
  const PING_MS = 1500;
  const FIRST_BYTES = 32 * 1024;
  const SECOND_BYTES = 188 * 1024;
  const MOST_UP_MS = 5000;

  /* Never from a cache: each address is new. */
  function fresh(address) {
    const url = new URL(address, document.baseURI);
    url.searchParams.set("pex", `${Date.now()}-${Math.random().toString(36).slice(2)}`);
    return url;
  }

  /* A fetch that ends with `ms`, or with `signal`. */
  async function bounded(address, options, ms, signal) {
    const stop = new AbortController();
    const abort = () => stop.abort();
    const timer = setTimeout(abort, ms);
    signal.addEventListener("abort", abort);
    try {
      return await fetch(fresh(address), { cache: "no-store", credentials: "omit", ...options, signal: stop.signal });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  /* Kilobits per second; the way there and back is no transfer. */
  function rate(bytes, ms, delay) {
    return Math.round((bytes * 8) / Math.max(ms / 2, ms - (delay || 0), 1));
  }

  /* {latency_ms, jitter_ms} of some small requests, the first of which only opens the line. */
  async function delay(sample, signal) {
    const times = [];
    const begun = performance.now();
    for (let count = 0; count < PINGS && performance.now() - begun < MOST_MS / 2 && !signal.aborted; count += 1) {
      const sent = performance.now();
      try {
        await bounded(sample, { method: "HEAD" }, PING_MS, signal);
      } catch (error) {
        if (count > 2 && !times.length) break;
        continue;
      }
      if (count) times.push(performance.now() - sent);
    }
    if (!times.length) return { latency_ms: null, jitter_ms: null };
    const steps = times.slice(1).map((time, index) => Math.abs(time - times[index]));
    const middle = [...times].sort((one, other) => one - other)[Math.floor(times.length / 2)];
    const jitter = steps.length ? steps.reduce((sum, step) => sum + step, 0) / steps.length : 0;
    return { latency_ms: Math.round(middle), jitter_ms: Math.round(jitter) };
  }

  /* Read as much of the file as comes in time. */
  async function down(sample, latency, signal) {
    const stop = new AbortController();
    const abort = () => stop.abort();
    signal.addEventListener("abort", abort);
    const timer = setTimeout(abort, MOST_MS);
    const begun = performance.now();
    let bytes = 0;
    try {
      const options = { cache: "no-store", credentials: "omit", signal: stop.signal };
      const response = await fetch(fresh(sample), options);
      if (!response.ok) return null;
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        bytes += value.length;
      }
    } catch (error) {
      if (!stop.signal.aborted) return null; // no such file, or a place for files that does not let pages read them
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
    const ms = performance.now() - begun;
    if (signal.aborted) return null;
    return rate(bytes, ms, latency);
  }

  /* Text that no way in between can make smaller. */
  function noise(length) {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const pieces = [];
    const bytes = new Uint8Array(32768);
    for (let left = length; left > 0; left -= bytes.length) {
      crypto.getRandomValues(bytes);
      const piece = left < bytes.length ? bytes.subarray(0, left) : bytes;
      pieces.push(Array.from(piece, (byte) => letters[byte & 63]).join(""));
    }
    return pieces.join("");
  }

  /* A small body first; what it took says how large the second may be. */
  async function up(send, latency, signal) {
    const first = await timed(send, FIRST_BYTES, MOST_MS, latency);
    if (first === null || signal.aborted) return null;
    const bytes = Math.min(SECOND_BYTES, Math.floor((first * MOST_UP_MS) / 8));
    if (bytes < 2 * FIRST_BYTES) return first;
    const second = await timed(send, bytes, MOST_MS, latency).catch(() => null);
    return second === null ? first : Math.max(first, second);
  }

  /* Kilobits per second; what did not end in time went no faster than this. */
  async function timed(send, bytes, ms, latency) {
    const body = { padding: noise(bytes) };
    const begun = performance.now();
    try {
      await send(body, ms);
    } catch (failure) {
      if (performance.now() - begun < ms - 50) throw failure;
      return rate(bytes, ms, 0);
    }
    return rate(bytes, performance.now() - begun, latency);
  }

  pex.network = { delay, down, up };
})();
