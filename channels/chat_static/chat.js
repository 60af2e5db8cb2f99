// The customer's chat page: what is written goes up by POST, what is said comes down as events.

import { backoff, outbox } from "./outbox.js";
import { stream } from "./stream.js";
import { button, make, transcript } from "./transcript.js";

const LONGEST = 2000;
const COUNT_FROM = 1800;
const TYPING_ENDS = 30000; // milliseconds, if the event that ends it never comes
const REPLAY = 600; // milliseconds after connecting in which history arrives; it is not read aloud
const TALK_TO_A_PERSON = "Talk to a person";

const at = (id) => document.getElementById(id);
const log = at("log");
const words = at("words");
const typing = at("typing");
const mouse = matchMedia("(pointer: fine)");

const spoken = transcript({ log, scroll: at("scroll"), jump: at("jump") }, (option) => {
  box.add(option);
  (mouse.matches ? words : at("scroll")).focus({ preventScroll: true }); // on a phone focus would open the keyboard
});

const box = outbox((one) => spoken.pend(one, notes(one)));

function notes(one) {
  if (one.state === "waiting") return [make("span", "", one.tries ? "Not sent yet, trying again…" : "Sending…")];
  if (one.state === "sent") return [];
  const found = [make("span", "error", one.error || "Not sent")];
  if (one.state === "failed") found.push(button("Retry", () => box.retry()));
  found.push(button("Edit", () => takeBack(one)));
  return found;
}

function takeBack(one) {
  box.settle(one.id);
  spoken.drop(one.id);
  words.value = one.text;
  count();
  words.focus();
  box.retry();
}

function hear(message) {
  if (message.from === "customer") box.settle(message.id);
  else isTyping(false);
  spoken.show(message);
}

let typingEnds = 0;

function isTyping(on) {
  clearTimeout(typingEnds);
  spoken.change(() => { typing.hidden = !on; }, { quiet: true });
  if (on) typingEnds = setTimeout(isTyping, TYPING_ENDS, false);
}

function connected(ok) {
  const text = navigator.onLine ? "Connection lost. Trying again…" : "You are offline. Your messages will be sent when you are back.";
  at("connection").textContent = ok ? "" : text;
  at("connection").hidden = ok;
  if (ok) {
    box.retry();
    setTimeout(() => log.setAttribute("aria-busy", "false"), REPLAY);
  } else isTyping(false);
}

function count() {
  const length = words.value.length;
  at("left").textContent = length >= COUNT_FROM ? `${LONGEST - length} characters left` : "";
}

async function introduce(tries = 0) {
  try {
    const response = await fetch("/chat/about");
    if (!response.ok) throw new Error("try again");
    const about = await response.json();
    document.title = `Chat · ${about.business}`;
    at("business").textContent = about.business;
    at("mark").textContent = [...about.business][0] || "";
    at("assistant").textContent = /automated/i.test(about.assistant) ? about.assistant : `${about.assistant} · automated assistant`;
    const reader = about.reader === "phrasebook" ? " It reads with a phrasebook, without an AI model." : "";
    at("notice").textContent = about.notice + reader;
  } catch {
    setTimeout(introduce, backoff(tries), tries + 1);
  }
}

at("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = words.value.trim();
  words.focus();
  if (!text) return;
  words.value = "";
  count();
  box.add(text);
});
words.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  at("composer").requestSubmit();
});
words.addEventListener("input", count);
at("person").addEventListener("click", () => box.add(TALK_TO_A_PERSON));
at("jump").addEventListener("click", () => {
  spoken.toEnd();
  words.focus();
});
at("scroll").addEventListener("scroll", () => { if (spoken.atEnd()) at("jump").hidden = true; }, { passive: true });

log.setAttribute("aria-busy", "true");
introduce();
box.restore();
stream(() => `/chat/events?after=${spoken.last}`, { message: hear, typing: (event) => isTyping(event.on) }, connected);
if (mouse.matches) words.focus();
