"use strict";
// What the desk's pages do beyond htmx: keys, focus, times that tick, and telling staff when what they see is old.
(() => {
  const KEPT = "qotbot.desk.keys";
  const ROWS = 300; // ledger rows kept on the page
  const TICK = 20000; // milliseconds
  const SIGNED_OUT = "You are signed out. Reload the page to sign in.";
  const at = (id) => document.getElementById(id);
  const ahead = Date.parse(document.body.dataset.now) - Date.now(); // the server's clock counts, not this computer's
  const now = () => Date.now() + ahead;

  // ---- times: the same words as the server's

  function apart(iso) {
    const minutes = Math.floor(Math.abs(now() - Date.parse(iso)) / 60000);
    if (minutes < 1) return "under 1 min";
    if (minutes < 60) return `${minutes} min`;
    return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
  }

  function tick() {
    for (const time of document.querySelectorAll("[data-ago]")) time.textContent = apart(time.dateTime);
    for (const left of document.querySelectorAll("[data-until]")) {
      left.textContent = Date.parse(left.dataset.until) > now() ? apart(left.dataset.until) : "any moment";
    }
  }

  // ---- keys: single letters, never while typing, and staff can switch them off

  let keysOn = true;
  try {
    keysOn = localStorage.getItem(KEPT) !== "off";
  } catch { /* storage may be switched off */ }

  function showKeys() {
    document.body.classList.toggle("keys-off", !keysOn);
    at("keys")?.setAttribute("aria-pressed", String(keysOn));
    if (at("keys")) at("keys").hidden = false;
    if (at("keys-state")) at("keys-state").textContent = keysOn ? "on" : "off";
  }

  function press(control) {
    // Approving takes two presses: the first only goes to the button.
    if ("careful" in control.dataset && document.activeElement !== control) control.focus();
    else control.click();
  }

  function step(by) {
    const cards = [...document.querySelectorAll("#queue .cards a")];
    const now = cards.findIndex((card) => card.hasAttribute("aria-current"));
    const next = cards[now + by];
    if (next) next.click();
  }

  function onKey(event) {
    if (event.key === "Escape") {
      document.querySelector('[data-key="Escape"]')?.click();
      return;
    }
    if (!keysOn || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") return step(key === "j" ? 1 : -1);
    const control = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!control) return;
    event.preventDefault();
    press(control);
  }

  // ---- what was swapped in

  function showDetail() {
    at("board")?.classList.add("chosen");
    const open = document.querySelector("[data-open]")?.dataset.open;
    for (const item of document.querySelectorAll("#queue li[data-card]")) {
      const link = item.querySelector("a");
      if (item.dataset.card === open) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    focusFirst();
  }

  function focusFirst() {
    const places = ["[aria-invalid=true]", "#answer :is(input, select, textarea):not([type=hidden])", "h2[tabindex]"];
    for (const place of places) {
      const found = at("detail").querySelector(place);
      if (found) return found.focus();
    }
  }

  function checkAge() {
    const open = document.querySelector("#detail [data-open]");
    const stale = at("stale");
    if (!open || !stale) return;
    const listed = document.querySelector(`#queue li[data-card="${CSS.escape(open.dataset.open)}"]`);
    const same = listed?.dataset.version === open.dataset.version;
    stale.hidden = same;
    if (same) listed.querySelector("a").setAttribute("aria-current", "true");
  }

  function afterSwap(event) {
    const target = event.detail?.ctx?.target;
    if (target?.id === "detail") showDetail();
    if (target?.id === "queue") checkAge();
    if (target?.id === "events") {
      while (target.rows.length > ROWS) target.deleteRow(-1);
    }
    tick();
  }

  // ---- the live stream

  function lost(text) {
    at("lost").textContent = text;
    at("lost").hidden = !text;
    at("live")?.classList.toggle("off", Boolean(text));
  }

  // The extension connects again by itself, but only once it has been connected: a first try that fails is repeated here.

  const stream = (event) => {
    const source = event.detail?.ctx?.sourceElement;
    return source?.hasAttribute("hx-sse:connect") ? source : null;
  };
  let tries = 0;

  function connectAgain(event) {
    const source = stream(event);
    if (!source || source._htmx?.sse) return;
    const status = event.detail.ctx.response?.status;
    if ([401, 403].includes(status)) return lost(SIGNED_OUT);
    lost("Connection lost. Trying again…");
    setTimeout(() => {
      if (source.isConnected && !source._htmx?.sse) htmx.ajax("GET", source.getAttribute("hx-sse:connect"), { source });
    }, Math.min(30000, 500 * 2 ** tries++) * (0.75 + Math.random() / 2));
  }

  document.addEventListener("htmx:before:swap", (event) => {
    const kind = stream(event) && event.detail.ctx.response?.headers.get("Content-Type");
    if (kind && !kind.includes("text/event-stream")) event.preventDefault(); // an error's page is no news
  });
  document.addEventListener("htmx:finally:request", connectAgain);
  document.addEventListener("htmx:after:swap", afterSwap);
  document.addEventListener("htmx:sse:after:connection", () => {
    tries = 0;
    lost("");
  });
  document.addEventListener("htmx:sse:error", (event) => {
    if (document.hidden) return;
    lost([401, 403].includes(event.detail.status) ? SIGNED_OUT : "Connection lost. Trying again…");
  });
  document.addEventListener("htmx:error", (event) => stream(event) || lost("That did not reach the server. Try again."));
  document.addEventListener("keydown", onKey);
  at("keys")?.addEventListener("click", () => {
    keysOn = !keysOn;
    try {
      localStorage.setItem(KEPT, keysOn ? "on" : "off");
    } catch { /* then it lasts until the next page */ }
    showKeys();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // a page from the browser's memory may be hours old
  });
  setInterval(tick, TICK);
  if (at("answer")) focusFirst();
  showKeys();
})();
