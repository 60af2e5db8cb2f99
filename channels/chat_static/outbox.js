// What the customer wrote and the server has not echoed yet. One at a time and in order; every try carries
// the same id, so a resend is never a second message. A reload finds the rest in sessionStorage.

import { Refused } from "./session.js";

const GIVE_UP_AFTER = 6;
const PATIENCE = 15000; // milliseconds for one try

export const backoff = (tries) => Math.min(30, 2 ** tries) * (750 + Math.random() * 500);

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID(); // exists in secure contexts only
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Sends one entry by `call(path, init)`; what it became. */
async function post(call, { id, text }) {
  let response;
  try {
    response = await call("messages", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ id, text }),
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch (problem) {
    if (problem instanceof Refused) return { state: "refused", error: `Not sent: ${problem.message}` };
    throw problem;
  }
  if (response.ok) return { state: "sent" };
  if (response.status >= 500 || [408, 425, 429].includes(response.status)) throw new Error("try again");
  const body = await response.json().catch(() => ({}));
  return { state: "refused", error: body.error ? `Not sent: ${body.error}` : "Not sent" };
}

/** `changed(one)` is called whenever the state of an entry moved: waiting, sent, failed or refused; `kept` names where
 * what is unsent outlives a reload. */
export function outbox(call, kept, changed) {
  const unsent = new Map(); // id -> { id, text, state, tries, error }, in the order written
  let busy = false;
  let later = 0;

  function keep() {
    const rest = [...unsent.values()].filter((one) => one.state === "waiting" || one.state === "failed");
    try {
      sessionStorage.setItem(kept, JSON.stringify(rest.map(({ id, text }) => ({ id, text }))));
    } catch { /* storage may be switched off: then a reload forgets what was not sent */ }
  }

  async function pump() {
    clearTimeout(later);
    const one = [...unsent.values()].find((any) => any.state === "waiting" || any.state === "failed");
    if (busy || !one || one.state === "failed") return; // nothing overtakes what failed
    busy = true;
    try {
      Object.assign(one, await post(call, one));
    } catch {
      if (navigator.onLine) one.tries += 1;
      if (one.tries >= GIVE_UP_AFTER) one.state = "failed";
    }
    busy = false;
    if (unsent.has(one.id)) changed(one);
    keep();
    if (one.state === "waiting" && unsent.has(one.id)) later = setTimeout(pump, backoff(Math.max(0, one.tries - 1)));
    else pump();
  }

  return {
    add(text, id = newId()) {
      const one = { id, text, state: "waiting", tries: 0, error: "" };
      unsent.set(id, one);
      changed(one);
      keep();
      pump();
    },
    settle(id) {
      const known = unsent.delete(id);
      if (known) keep();
      return known;
    },
    retry() {
      for (const one of unsent.values()) {
        if (one.state !== "failed" && one.state !== "waiting") continue;
        Object.assign(one, { state: "waiting", tries: 0 });
        changed(one);
      }
      pump();
    },
    restore() {
      let rest = [];
      try {
        rest = JSON.parse(sessionStorage.getItem(kept)) || [];
      } catch { /* nothing kept, or nothing readable */ }
      for (const { id, text } of rest) this.add(text, id);
    },
    clear() {
      unsent.clear();
      keep();
    },
  };
}
