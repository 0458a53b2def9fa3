/* Talk to the exam's handlers: JSON posts with the CSRF header, time-outs, typed failures, and the server's clock. */
(function () {
  "use strict";
  const pex = (window.ProctoredExam = window.ProctoredExam || {});
  const TIMEOUT_MS = 12000;

  /* A refusal or a failure; `code` is the server's, or "unreachable" / "failed" when it did not speak. */
  class Failure extends Error {
    constructor(code, answer) {
      super((answer && answer.message) || code);
      this.code = code;
      this.answer = answer || {};
    }
    get retryable() {
      return this.code === "unreachable" || this.code === "failed";
    }
  }

  /* The server's time, read through performance.now(): a wrong or changed computer clock changes nothing. */
  class ServerClock {
    constructor(iso) {
      this.offset = Date.parse(iso) - performance.now();
      this.doubt = 5000;
    }
    observe(iso, sent, received) {
      const server = Date.parse(iso);
      if (Number.isNaN(server)) return;
      const doubt = (received - sent) / 2 + 5;
      const offset = server - (sent + received) / 2;
      const apart = Math.abs(offset - this.offset);
      // A computer that slept stops performance.now(): when two readings cannot both be true, the newer one is.
      if (doubt <= this.doubt || apart > doubt + this.doubt) {
        this.offset = offset;
        this.doubt = doubt;
      } else {
        this.doubt += 2; // trust in an old reading fades
      }
    }
    now() {
      return performance.now() + this.offset;
    }
  }

  function cookie(name) {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(name + "="));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  class Net {
    constructor(handlers, clock) {
      this.handlers = handlers;
      this.clock = clock;
    }

    /* POST `body` to the handler `name`; resolves to the answer, rejects with a Failure. */
    async post(name, body, timeout = TIMEOUT_MS) {
      const sent = performance.now();
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), timeout);
      let response, answer;
      try {
        response = await fetch(this.handlers[name], { ...this.request(body), signal: stop.signal });
        answer = await response.json();
      } catch (error) {
        throw new Failure(response && !stop.signal.aborted ? "failed" : "unreachable");
      } finally {
        clearTimeout(timer);
      }
      if (answer && answer.server_time) this.clock.observe(answer.server_time, sent, performance.now());
      if (!response.ok || !answer || answer.ok === false) throw new Failure((answer && answer.code) || "failed", answer);
      return answer;
    }

    /* The last word of a page that is going away: nobody waits for the answer. */
    farewell(name, body) {
      try {
        fetch(this.handlers[name], { ...this.request(body), keepalive: true }).catch(() => {});
      } catch (error) {
        /* the browser refuses bodies over 64 KB: the answers are in localStorage all the same */
      }
    }

    request(body) {
      return {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken") },
        body: JSON.stringify(body),
      };
    }
  }

  /* localStorage, or memory where the browser forbids it or has no room left. */
  const memory = new Map();
  const store = {
    get(key) {
      if (memory.has(key)) return JSON.parse(memory.get(key)); // newer than what could still be written
      try {
        return JSON.parse(localStorage.getItem(key));
      } catch (error) {
        return null;
      }
    },
    set(key, value) {
      const text = JSON.stringify(value);
      try {
        localStorage.setItem(key, text);
        memory.delete(key);
      } catch (error) {
        memory.set(key, text);
      }
    },
    remove(key) {
      memory.delete(key);
      try {
        localStorage.removeItem(key);
      } catch (error) {
        /* nothing was kept there */
      }
    },
  };

  Object.assign(pex, { Failure, Net, ServerClock, store });
})();
