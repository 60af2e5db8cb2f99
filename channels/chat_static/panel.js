// The chat itself: what is written goes up by POST, what is said comes down as events. It is drawn into a shadow root,
// as a panel over another site's page or as a page of its own.

import { button, drawing, h, make } from "./dom.js";
import { backoff, outbox } from "./outbox.js";
import { session } from "./session.js";
import { endSheet, formSheet } from "./sheet.js";
import { stream } from "./stream.js";
import { transcript } from "./transcript.js";

const LONGEST = 2000;
const COUNT_FROM = 1800;
const TYPING_ENDS = 70000; // milliseconds, if the event that ends it never comes
const REPLAY = 600; // milliseconds after connecting in which history arrives; it is not read aloud
const TALK_TO_A_PERSON = "Talk to a person";
const mouse = matchMedia("(pointer: fine)");

const PERSON = "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8c.6-3.6 3.6-5.5 7.5-5.5s6.9 1.9 7.5 5.5";
const PHONE = "M6.5 3.5h3l1.5 4-2 1.5a12 12 0 0 0 6 6l1.5-2 4 1.5v3a2 2 0 0 1-2 2A16 16 0 0 1 4.5 5.5a2 2 0 0 1 2-2Z";
const DOTS = "M12 5.5v.01M12 12v.01M12 18.5v.01";
const CROSS = "M6 6l12 12M18 6 6 18";
const ARROW = "M5 12h13M12.5 6l6 6-6 6";

/** Draws the chat into a shadow root and answers with how to open and close it. `tell` hears of both, and of news. */
export async function panel(root, { base, given, colours, dir, tell }) {
  const mode = given.mode || "bubble";
  const inline = mode !== "bubble";
  await styled(root, `${base}static/chat.css`);
  const parts = draw({ inline, dir });
  const { frame, at } = parts;
  frame.dataset.theme = given.theme || "auto";
  tint(frame, given.accent ? colours : null);
  root.append(frame);
  const identity = () => (given.signature ? { user: given.user, phone: given.phone || "", expires: Number(given.expires), signature: given.signature } : null);
  let about = null;
  let unread = 0;
  let isOpen = inline;
  let feed = null;
  let typingEnds = 0;

  const net = session(base, mode, { identity, begun: begin });
  const spoken = transcript({ log: at.log, scroll: at.scroll, jump: at.jump }, { choose, fresh });
  const box = outbox(net.call, `qotbot.unsent ${base}`, (one) => spoken.pend(one, notes(one)));

  function begin() {
    spoken.clear();
    isTyping(false);
    at.log.setAttribute("aria-busy", "true");
    feed?.restart();
  }

  function choose(option) {
    box.add(option);
    (mouse.matches ? at.words : at.scroll).focus({ preventScroll: true }); // on a phone focus would open the keyboard
  }

  function fresh() {
    isTyping(false);
    if (isOpen || at.log.getAttribute("aria-busy") === "true") return;
    unread += 1;
    tell({ unread });
  }

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
    at.words.value = one.text;
    count();
    at.words.focus();
    box.retry();
  }

  function hear(message) {
    if (message.from === "customer") box.settle(message.id);
    spoken.show(message);
  }

  function isTyping(on) {
    clearTimeout(typingEnds);
    spoken.change(() => { at.typing.hidden = !on; }, { quiet: true });
    if (on) typingEnds = setTimeout(isTyping, TYPING_ENDS, false);
  }

  function banner(text) {
    at.connection.textContent = text;
    at.connection.hidden = !text;
  }

  function connected(ok) {
    if (!ok) isTyping(false);
    if (ok) {
      banner("");
      box.retry();
      setTimeout(() => at.log.setAttribute("aria-busy", "false"), REPLAY);
    } else banner(navigator.onLine ? "Connection lost. Trying again…" : "You are offline. Your messages will be sent when you are back.");
  }

  function count() {
    const length = at.words.value.length;
    at.left.textContent = length >= COUNT_FROM ? `${LONGEST - length} characters left` : "";
  }

  async function introduce(tries = 0) {
    try {
      const response = await fetch(`${base}about`, { credentials: "omit" });
      if (!response.ok) throw new Error("try again");
      about = await response.json();
    } catch {
      setTimeout(introduce, backoff(tries), tries + 1);
      return;
    }
    if (inline) document.title = `Chat · ${about.business}`;
    at.business.textContent = about.business;
    at.mark.textContent = [...about.business][0] || "";
    const named = about.assistant.startsWith(about.business) ? [] : [about.assistant]; // its own name, not the business's
    at.assistant.textContent = [...named, "automated assistant"].join(" · ").replace(/^a/, "A");
    const reader = about.reader === "phrasebook" ? " It reads with a phrasebook, without an AI model." : "";
    at.notice.textContent = about.notice + reader;
    at.closed.hidden = about.open !== false;
    const opens = about.opens ? ` and open again ${about.opens}` : "";
    at.closed.firstChild.textContent = `We are closed now${opens}. The assistant answers meanwhile, or `;
    for (const one of at.callMe) one.disabled = false;
  }

  // ---- what can be pressed

  function leaveNumber() {
    menu(false);
    formSheet(frame, { about, phone: given.phone, call: net.call, done: () => at.words.focus() });
  }

  async function download() {
    menu(false);
    const response = await net.call("transcript").catch(() => null);
    if (!response?.ok) return banner("The conversation could not be fetched. Please try again.");
    const link = h("a", { href: URL.createObjectURL(await response.blob()), download: "conversation.txt" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  async function end(how = "end") {
    const response = await net.call(how, { method: "POST" }).catch(() => null);
    if (!response?.ok) return false;
    if (response.status === 202) return true; // the team is asked, and the chat goes on
    net.forget();
    box.clear();
    at.log.replaceChildren();
    begin();
    return true;
  }

  function menu(open = at.menu.hidden) {
    at.menu.hidden = !open;
    at.more.setAttribute("aria-expanded", String(open));
    if (open) at.menu.querySelector("button").focus();
  }

  function noFiles(event) {
    const files = event.clipboardData?.files || event.dataTransfer?.files;
    if (!files?.length) return;
    event.preventDefault();
    at.left.textContent = `Files cannot be sent here. Describe it in words, or text a picture to ${about?.phone || "us"}.`;
  }

  at.composer.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = at.words.value.trim();
    at.words.focus();
    if (!text) return;
    at.words.value = "";
    count();
    box.add(text);
  });
  at.words.addEventListener("keydown", (event) => {
    event.stopPropagation(); // a host page's shortcuts are not for what is typed here
    if (event.key === "Escape") return escape(event);
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    at.composer.requestSubmit();
  });
  function escape(event) {
    if (event.key !== "Escape") return;
    if (!at.menu.hidden) {
      menu(false);
      at.more.focus();
    } else if (!inline) root.host.close();
  }
  frame.addEventListener("keydown", escape);
  frame.addEventListener("click", (event) => { if (!at.menu.hidden && !event.target.closest("#menu, #more")) menu(false); });
  at.words.addEventListener("input", count);
  for (const kind of ["paste", "drop"]) frame.addEventListener(kind, noFiles);
  frame.addEventListener("dragover", (event) => event.preventDefault());
  at.person.addEventListener("click", () => box.add(TALK_TO_A_PERSON));
  for (const one of at.callMe) one.addEventListener("click", leaveNumber);
  at.more.addEventListener("click", () => menu());
  at.save.addEventListener("click", download);
  at.end.addEventListener("click", () => {
    menu(false);
    endSheet(frame, about?.business || "the business", () => end());
  });
  at.forget.addEventListener("click", () => {
    menu(false);
    endSheet(frame, about?.business || "the business", () => end("forget"), true);
  });
  at.close?.addEventListener("click", () => root.host.close());
  at.jump.addEventListener("click", () => {
    spoken.toEnd();
    at.words.focus();
  });
  at.scroll.addEventListener("scroll", () => { if (spoken.atEnd()) at.jump.hidden = true; }, { passive: true });

  function show(open) {
    isOpen = open;
    frame.hidden = !open;
    if (open) {
      unread = 0;
      spoken.toEnd();
    }
    tell({ unread });
  }

  at.log.setAttribute("aria-busy", "true");
  introduce();
  box.restore();
  const connect = (signal) => net.call(() => `events?after=${spoken.last}`, { signal, headers: { Accept: "text/event-stream" }, cache: "no-store" });
  feed = stream(connect, { message: hear, typing: (event) => isTyping(event.on) }, { state: connected, refused: banner });
  frame.hidden = !inline;
  return {
    open(focus) {
      show(true);
      if (mouse.matches && (focus || mode === "page")) at.words.focus();
      else if (focus) at.business.focus();
    },
    close: () => show(false),
    identify: begin,
    get isOpen() {
      return isOpen;
    },
  };
}

/** Puts the style sheet into the root; one that was made by script needs no leave from the host page's policy. */
async function styled(root, address) {
  const response = await fetch(address, { credentials: "omit" });
  if (!response.ok) throw new Error("no style sheet");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(await response.text());
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

function tint(frame, colours) {
  if (!colours?.words) return;
  const set = { "--accent": colours.accent, "--on-accent": colours.on, "--mine": colours.accent, "--on-mine": colours.on, "--accent-deep": colours.words, "--edge-accent": colours.words };
  for (const [name, value] of Object.entries(set)) frame.style.setProperty(name, value);
}

/** The elements. On a page of its own the parts are landmarks; over another page all is one dialog. */
function draw({ inline, dir }) {
  const role = (name) => (inline ? name : null);
  const icon = (name, path, kind, more = {}) => h("button", { type: "button", class: kind, "aria-label": name, ...more }, drawing(path));
  const way = (id, path, name, more = {}) => h("button", { type: "button", class: "quiet", id, ...more }, drawing(path), name);
  const business = h(inline ? "h1" : "h2", { id: "business", tabindex: "-1" }, "Chat");
  const more = icon("More", DOTS, "plain", { id: "more", "aria-expanded": "false", "aria-controls": "menu" });
  const save = button("Download the conversation", () => {});
  const end = button("End this chat", () => {});
  const forget = button("Forget me", () => {});
  const menu = h("div", { class: "menu", id: "menu", role: "group", "aria-label": "More", hidden: true }, save, end, forget);
  const close = inline ? null : icon("Close the chat", CROSS, "plain", { id: "close" });
  const person = way("person", PERSON, "Talk to a person");
  const call = way("call-me", PHONE, "Leave your number", { disabled: true });
  const mark = h("span", { class: "mark", id: "mark", "aria-hidden": "true" });
  const assistant = h("p", { id: "assistant" }, "Automated assistant");
  const top = h("div", { class: "top", role: role("banner") }, mark, h("div", { class: "who" }, business, assistant), h("div", { class: "ways" }, person, call), more, close, menu);
  const connection = h("p", { class: "banner", id: "connection", role: "status", hidden: true });
  const notice = h("p", { class: "notice", id: "notice" });
  const leave = h("button", { type: "button", class: "link", disabled: true }, "leave your number");
  const closed = h("p", { class: "closed", id: "closed", hidden: true }, "", leave, " to be called back.");
  const log = h("div", { class: "log", id: "log", role: "log", "aria-live": "polite", "aria-label": "Messages" });
  const typing = h("div", { class: "typing", id: "typing", role: "status", hidden: true }, make("i"), make("i"), make("i"), make("span", "hush", "The assistant is typing"));
  const scroll = h("div", { class: "scroll", id: "scroll", role: role("main") || "group", tabindex: "0", "aria-label": "Conversation" }, notice, closed, log, typing);
  const jump = h("button", { type: "button", class: "jump", id: "jump", hidden: true }, "New messages ", h("span", { "aria-hidden": "true" }, "↓"));
  const words = h("textarea", { id: "words", rows: "1", maxlength: String(LONGEST), placeholder: "Write a message", enterkeyhint: "send", autocomplete: "off", "aria-describedby": "left" });
  const composer = h("form", { class: "composer", id: "composer" }, h("label", { class: "hush", for: "words" }, "Your message"), words, h("button", { class: "send", "aria-label": "Send" }, drawing(ARROW)));
  const left = h("p", { class: "left", id: "left", role: "status" });
  const below = h("div", { class: "below", role: role("contentinfo") }, jump, composer, left);
  const frame = h("div", { class: inline ? "chat whole" : "chat over", lang: "en", dir, role: inline ? null : "dialog", "aria-labelledby": inline ? null : "business" }, top, connection, scroll, below);
  return { frame, at: { business, mark, assistant, more, menu, save, end, forget, close, person, callMe: [call, leave], connection, notice, closed, log, typing, scroll, jump, words, composer, left } };
}
