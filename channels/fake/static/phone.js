// A phone for developers: whose number it is, and which of its two tabs is in front.

import { calls } from "./calls.js";
import { at } from "./lines.js";
import { texts } from "./texts.js";

const KEPT = "qotbot.phone.number";
const FIRST = "+12025550143";
const E164 = /^\+[1-9]\d{7,14}$/;

const field = at("number");
let number = FIRST;

function remembered() {
  try {
    const kept = localStorage.getItem(KEPT) || "";
    return E164.test(kept) ? kept : FIRST;
  } catch {
    return FIRST; // storage may be switched off
  }
}

function remember() {
  try {
    localStorage.setItem(KEPT, number);
  } catch { /* then the next visit starts with the first number */ }
}

function complain(text) {
  at("number-error").textContent = text;
  field.setAttribute("aria-invalid", String(Boolean(text)));
}

/** The number in the field if it is one; otherwise says what is wrong with it and returns "". */
function become() {
  const typed = field.value.replace(/[\s().-]/g, "");
  if (!E164.test(typed)) {
    complain("A number starts with + and the country code, then 8 to 15 digits in all.");
    return "";
  }
  complain("");
  field.value = typed;
  if (typed !== number) {
    number = typed;
    remember();
    inbox.open(number);
  }
  return number;
}

// ---- tabs

const tabs = [at("tab-text"), at("tab-call")];
const inFront = () => tabs.find((tab) => tab.getAttribute("aria-selected") === "true");

function bringForward(chosen) {
  for (const tab of tabs) {
    tab.setAttribute("aria-selected", String(tab === chosen));
    tab.tabIndex = tab === chosen ? 0 : -1;
    at(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
  }
  if (chosen === tabs[0]) inbox.seen();
}

for (const tab of tabs) {
  tab.addEventListener("click", () => bringForward(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    bringForward(next);
    next.focus();
  });
}

async function introduce() {
  try {
    const about = await (await fetch("/phone/about")).json();
    at("business").textContent = about.business;
    at("business-number").textContent = about.number;
    document.title = `Fake phone · ${about.business}`;
  } catch {
    setTimeout(introduce, 2000);
  }
}

number = remembered();
field.value = number;
field.addEventListener("change", become);
at("mine").addEventListener("submit", (event) => {
  event.preventDefault();
  become();
});
const inbox = texts(become, () => inFront() === tabs[0]);
calls(become);
inbox.open(number);
introduce();
