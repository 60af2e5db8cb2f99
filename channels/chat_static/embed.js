// QotBot's chat on any page, by one line:
//   <script src="https://chat.example.com/chat/embed.js" async></script>
// This file only draws the button. The chat itself is loaded when the button is pressed first.
(() => {
  "use strict";
  const script = document.currentScript;
  const NAME = "qotbot-chat";
  if (!script || customElements.get(NAME)) return;
  const base = new URL("./", script.src).href;
  const given = { ...script.dataset };
  const inline = given.mode === "page" || given.mode === "frame";
  const OPEN = `qotbot.open ${base}`;
  const SVG = "http://www.w3.org/2000/svg";
  const BUBBLE = "M12 4c-4.7 0-8.5 3.2-8.5 7.2 0 2.3 1.3 4.3 3.2 5.6L6 20.5l4.1-1.9c.6.1 1.3.2 1.9.2 4.7 0 8.5-3.2 8.5-7.2S16.7 4 12 4Z";
  const CROSS = "M6 6l12 12M18 6 6 18";

  // What a host page says about this element or about everything (`* { … !important }`) must not reach it: inside a
  // shadow root an important rule about the host wins over the page's.
  const STYLE = `
    :host { all: initial !important; display: block !important; position: fixed !important; z-index: 2147483000 !important;
      inset: auto !important; inset-block-end: max(20px, env(safe-area-inset-bottom)) !important;
      inset-inline-end: 20px !important; direction: ltr !important; font-size: 16px !important; }
    :host([data-dir=rtl]) { direction: rtl !important; }
    :host([data-position=start]) { inset-inline: 20px auto !important; }
    :host([data-mode=page]), :host([data-mode=frame]) { position: static !important; }
    @media print { :host { display: none !important; } }
    .launch { display: grid; place-items: center; position: relative; width: 60px; height: 60px; padding: 0; border: 0; border-radius: 50%;
      background: var(--accent); color: var(--on-accent); cursor: pointer; box-shadow: 0 6px 24px rgb(0 0 0 / .28); }
    .launch:hover { filter: brightness(1.08); }
    .launch:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
    .launch[aria-busy=true] svg { opacity: .5; }
    .launch svg { width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
    .count { position: absolute; inset-block-start: -4px; inset-inline-end: -4px; min-width: 22px; padding: 0 6px; border-radius: 11px;
      background: #b3261e; color: #fff; font: 700 13px/22px system-ui, sans-serif; text-align: center; }
    .count:empty { display: none; }
    .sorry { position: absolute; inset-block-end: 72px; inset-inline-end: 0; width: 260px; padding: 14px 16px; border-radius: 14px;
      background: #fff; color: #1d2220; font: 15px/1.45 system-ui, sans-serif; box-shadow: 0 6px 24px rgb(0 0 0 / .28); }
    .sorry a { color: #0d5447; }
    :host([data-position=start]) .sorry { inset-inline: 0 auto; }
    @media (max-width: 480px) { .open .launch { display: none; } }
    @media (forced-colors: active) { .launch { border: 2px solid ButtonText; } }`;

  // ---- colours: text on the site's own colour is white or black, whichever can be read better

  function rgb(text) {
    const hex = /^#?([0-9a-f]{6})$/i.exec(text || "");
    return hex ? [0, 2, 4].map((at) => parseInt(hex[1].slice(at, at + 2), 16)) : null;
  }

  function light(colour) {
    const [r, g, b] = colour.map((one) => (one /= 255) <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  const contrast = (one, other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);

  function readable(colour, ground, toward) {
    for (let part = 0; part <= 1; part += 0.05) {
      const mixed = colour.map((one) => Math.round(one + (toward - one) * part));
      if (contrast(light(mixed), light(ground)) >= 4.6) return `rgb(${mixed.join(" ")})`;
    }
    return toward ? "#fff" : "#000";
  }

  function colours(text) {
    const accent = rgb(text);
    if (!accent) return { accent: "#12695a", on: "#fff" };
    const on = contrast(light(accent), 1) >= 4.5 ? "#fff" : "#000";
    const words = `light-dark(${readable(accent, [255, 255, 255], 0)}, ${readable(accent, [27, 31, 30], 255)})`;
    return { accent: `rgb(${accent.join(" ")})`, on, words };
  }

  function drawing(path) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.append(document.createElementNS(SVG, "path"));
    svg.firstChild.setAttribute("d", path);
    return svg;
  }

  class Chat extends HTMLElement {
    #root = this.attachShadow({ mode: "open" });
    #frame = document.createElement("div");
    #button = null;
    #loading = null;
    #panel = null;
    #label = given.label || "Chat with us";

    connectedCallback() {
      if (this.#button || this.#panel) return;
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this.#root.adoptedStyleSheets = [sheet];
      this.dataset.mode = given.mode || "bubble";
      this.dataset.dir = given.dir || getComputedStyle(document.documentElement).direction;
      if (given.position === "start") this.dataset.position = "start";
      this.#root.append(this.#frame);
      if (inline) return void this.open({ focus: false });
      const { accent, on } = colours(given.accent);
      this.#frame.style.setProperty("--accent", accent);
      this.#frame.style.setProperty("--on-accent", on);
      this.#frame.setAttribute("role", "region");
      this.#frame.setAttribute("aria-label", this.#label);
      this.#button = document.createElement("button");
      this.#button.className = "launch";
      this.#button.type = "button";
      this.#button.addEventListener("click", () => (this.#isOpen() ? this.close() : this.open()));
      this.#frame.append(this.#button);
      this.#draw();
      if (remembered()) this.open({ focus: false });
    }

    /** Open the chat, loading it the first time. */
    async open({ focus = true } = {}) {
      this.#button?.setAttribute("aria-busy", "true");
      try {
        this.#loading ||= import(`${base}static/panel.js`);
        const { panel } = await this.#loading;
        this.#panel ||= await panel(this.#root, { base, given, colours: colours(given.accent), dir: this.dataset.dir, tell: this.#told });
        this.#panel.open(focus);
        this.#root.querySelector(".sorry")?.remove();
      } catch {
        this.#loading = null; // a later press tries again
        this.#sorry();
      }
      this.#button?.removeAttribute("aria-busy");
    }

    /** Close the chat; the focus goes back to the button. */
    close() {
      this.#panel?.close();
      this.#button?.focus();
    }

    /** Say who is signed in on the site now: {user, phone, expires, signature}, or nothing. */
    identify(identity) {
      for (const name of ["user", "phone", "expires", "signature"]) delete given[name];
      Object.assign(given, identity);
      this.#panel?.identify();
    }

    #isOpen = () => Boolean(this.#panel?.isOpen);

    #told = ({ unread }) => {
      remember(this.#isOpen());
      this.#draw(unread);
      this.dispatchEvent(new CustomEvent(this.#isOpen() ? "qotbot:open" : "qotbot:close"));
    };

    #draw(unread = 0) {
      if (!this.#button) return;
      const open = this.#isOpen();
      this.#frame.classList.toggle("open", open);
      this.#button.setAttribute("aria-expanded", String(open));
      const news = unread ? `, ${unread} new` : "";
      this.#button.setAttribute("aria-label", open ? "Close the chat" : this.#label + news);
      const count = document.createElement("span");
      count.className = "count";
      count.setAttribute("aria-hidden", "true");
      count.textContent = unread ? String(unread) : "";
      this.#button.replaceChildren(drawing(open ? CROSS : BUBBLE), count);
    }

    #sorry() {
      this.#root.querySelector(".sorry")?.remove();
      const note = document.createElement("p");
      note.className = "sorry";
      note.setAttribute("role", "alert");
      const link = document.createElement("a");
      Object.assign(link, { href: base.slice(0, -1), target: "_blank", rel: "noopener", textContent: "Open it on a page of its own" });
      note.append("The chat could not be loaded. ", link, " or try again.");
      this.#frame.append(note);
    }
  }

  function remembered() {
    try {
      return sessionStorage.getItem(OPEN) === "1";
    } catch {
      return false;
    }
  }

  function remember(open) {
    try {
      sessionStorage.setItem(OPEN, open ? "1" : "0");
    } catch { /* storage may be switched off: then the chat begins closed on the next page */ }
  }

  function begin() {
    customElements.define(NAME, Chat);
    const chat = document.querySelector(NAME) || document.body.appendChild(document.createElement(NAME));
    window.QotBot = { open: () => chat.open(), close: () => chat.close(), identify: (identity) => chat.identify(identity) };
  }

  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
