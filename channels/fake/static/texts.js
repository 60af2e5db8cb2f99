// The Text tab: sends by POST, listens to the events of one number at a time.

import { at, line, onSay, post, toEnd } from "./lines.js";

const PATIENCE = 15000; // milliseconds
const REPLAY = 500; // milliseconds after connecting in which history arrives: neither read aloud nor unread
const GOOD = new Set(["delivered", "sent", "received", "read"]);

/** `who()` returns the caller's number or "" if it is not one; `visible()` tells whether the tab is in front. */
export function texts(who, visible) {
  const log = at("texts");
  const shown = new Map(); // n -> element
  let number = "";
  let last = 0;
  let unread = 0;
  let caughtUp = false;
  let source = null;
  let again = 0;

  function badge() {
    at("unread").hidden = !unread;
    at("unread").textContent = unread ? String(unread) : "";
    at("unread").setAttribute("aria-label", `${unread} unread`);
  }

  function note(text) {
    const when = new Date(text.at);
    const clock = isNaN(when) ? "" : when.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
    return [clock, text.status].filter(Boolean).join(" · ");
  }

  function show(text) {
    let element = shown.get(text.n);
    if (!element) {
      element = line(text.direction === "out", String(text.body));
      element.dataset.n = text.n;
      shown.set(text.n, element);
      log.insertBefore(element, [...log.children].find((other) => Number(other.dataset.n) > text.n) || null);
      last = Math.max(last, text.n);
      if (text.direction === "in" && caughtUp && !visible()) unread += 1;
      toEnd(log);
    }
    const meta = element.querySelector(".meta");
    meta.textContent = note(text);
    meta.classList.toggle("bad", Boolean(text.status) && /fail|undeliver|reject|block/.test(text.status) && !GOOD.has(text.status));
    at("no-texts").hidden = true;
    badge();
  }

  function arrived() {
    caughtUp = Boolean(source);
    log.setAttribute("aria-busy", String(!caughtUp));
  }

  function close() {
    clearTimeout(again);
    source?.close();
    source = null;
  }

  function listen() {
    if (source || document.hidden || !number) return;
    const mine = (source = new EventSource(`/phone/events?number=${encodeURIComponent(number)}&after=${last}`));
    mine.addEventListener("text", (event) => show(JSON.parse(event.data)));
    mine.onopen = () => {
      at("connection").hidden = true;
      setTimeout(arrived, REPLAY);
    };
    mine.onerror = () => {
      if (mine !== source) return;
      close();
      at("connection").hidden = false;
      again = setTimeout(listen, 1500);
    };
  }

  const wake = () => (document.hidden ? close() : listen());
  document.addEventListener("visibilitychange", wake);
  addEventListener("pageshow", wake);
  addEventListener("online", wake);
  addEventListener("pagehide", close);

  onSay(at("text-form"), at("text"), async (body) => {
    const from = who();
    if (!from) return at("number").focus();
    const send = at("text-form").querySelector("button");
    if (send.disabled) return undefined;
    send.disabled = true;
    at("text-error").textContent = "";
    try {
      await post("/phone/texts", { from, text: body }, PATIENCE);
      at("text").value = "";
    } catch (error) {
      at("text-error").textContent = `Not sent. ${error.message}`;
    }
    send.disabled = false;
    return at("text").focus();
  });

  return {
    open(of) {
      close();
      number = of;
      last = 0;
      unread = 0;
      caughtUp = false;
      log.setAttribute("aria-busy", "true");
      shown.clear();
      log.replaceChildren();
      at("no-texts").hidden = false;
      badge();
      listen();
    },
    seen() {
      unread = 0;
      badge();
      toEnd(log);
      at("text").focus();
    },
  };
}
