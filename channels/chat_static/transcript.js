// The messages on the page: each number once, in order, as text and never as markup.

import { button, make } from "./dom.js";

const SPEAKER = { customer: "You", assistant: "Assistant", staff: "Staff" };
const JOINED = "A person from the team has joined";
const NEAR = 90; // pixels from the end that still count as reading the end

function bubble(from, text) {
  const element = make("div", `message ${from}`);
  const said = make("p", "words");
  said.dir = "auto";
  said.append(make("span", "hush", `${SPEAKER[from]}: `), text);
  element.append(said, make("div", "meta"));
  return element;
}

function stamp(meta, message) {
  const when = new Date(message.at);
  if (message.from === "staff") meta.append(make("b", "", "Staff"));
  if (isNaN(when)) return;
  const time = make("time", "", when.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" }));
  time.dateTime = message.at;
  time.dir = "auto";
  meta.append(time);
}

function dayOf(message) {
  const when = new Date(message.at);
  if (isNaN(when)) return "";
  if (when.toDateString() === new Date().toDateString()) return "Today";
  return when.toLocaleDateString([], { weekday: "short", day: "numeric", month: "short" });
}

/** `parts` are the page's elements: log, scroll, jump. `choose(text)` is called when an option is pressed, `fresh()` for
 * each new message that is not the customer's own. */
export function transcript({ log, scroll, jump }, { choose, fresh }) {
  const shown = new Set();
  const pending = new Map(); // our id -> element, until the server's echo takes its place
  let last = 0;
  let newestDay = "";
  let staffHere = false;

  const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
  const dropOptions = () => log.querySelectorAll(".options").forEach((group) => group.remove());

  function toEnd() {
    scroll.scrollTop = scroll.scrollHeight;
    jump.hidden = true;
  }

  function change(work, { follow = false, quiet = false } = {}) {
    const away = !follow && !atEnd();
    work();
    if (!away) toEnd();
    else if (!quiet) jump.hidden = false;
  }

  function place(element, message) {
    element.dataset.n = message.n;
    // What is pending has no number, compares as NaN, and so stays below everything that has one.
    const below = [...log.querySelectorAll(".message")].find((other) => !(Number(other.dataset.n) < message.n)) || null;
    const day = dayOf(message);
    if (message.n === last && day && day !== newestDay) {
      newestDay = day;
      log.insertBefore(make("p", "day", day), below);
    }
    if (message.n === last && message.from !== "customer") {
      if (message.from === "staff" && !staffHere) log.insertBefore(make("p", "day joined", JOINED), below);
      staffHere = message.from === "staff";
    }
    log.insertBefore(element, below);
    tidy(element.previousElementSibling, element);
    tidy(element, element.nextElementSibling);
  }

  function tidy(before, after) {
    const [early, late] = [before, after].map((one) => one?.querySelector("time"));
    if (early && late && early.textContent === late.textContent) early.remove(); // one clock for one minute
  }

  function offer(element, options) {
    const group = make("div", "options");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Suggested answers");
    group.append(...options.map((option) => button(option, () => choose(option))));
    element.append(group);
  }

  function drop(id) {
    pending.get(id)?.remove();
    pending.delete(id);
  }

  function add(message) {
    shown.add(message.n);
    const newest = message.n > last;
    last = Math.max(last, message.n);
    if (message.from === "customer") drop(message.id);
    const element = bubble(message.from in SPEAKER ? message.from : "assistant", String(message.text));
    stamp(element.querySelector(".meta"), message);
    place(element, message);
    if (!newest) return;
    if (message.from !== "customer") fresh(message);
    dropOptions();
    if (message.from === "assistant" && message.options?.length && !pending.size) offer(element, message.options);
  }

  return {
    show(message) {
      if (!shown.has(message.n)) change(() => add(message), { follow: pending.has(message.id) });
    },
    /** Shows what is on its way; `notes` are the elements that tell how it stands. */
    pend(one, notes) {
      change(() => {
        if (!pending.has(one.id)) {
          dropOptions();
          pending.set(one.id, log.appendChild(bubble("customer", one.text)));
        }
        const element = pending.get(one.id);
        element.classList.toggle("pending", one.state === "waiting");
        element.classList.toggle("failed", one.state === "failed" || one.state === "refused");
        element.querySelector(".meta").replaceChildren(...notes);
      }, { follow: true });
    },
    /** Another thread takes this one's place; what is on its way stays. */
    clear() {
      for (const element of [...log.children]) {
        if (!element.classList.contains("pending")) element.remove();
      }
      shown.clear();
      last = 0;
      newestDay = "";
      staffHere = false;
    },
    drop,
    change,
    toEnd,
    atEnd,
    get last() {
      return last;
    },
  };
}
