// A server-sent event stream that sleeps while the page is hidden (a browser allows six streams per site, so a
// seventh open tab would hang) and resumes from the last number seen.

import { backoff } from "./outbox.js";

const WORRY_AFTER = 1500; // milliseconds without a connection before the customer is told

/** `address()` is asked at every connect; `events` maps names to callbacks; `state(ok)` tells open and lost. */
export function stream(address, events, state) {
  let source = null;
  let fails = 0;
  let again = 0;
  let worry = 0;

  function close() {
    clearTimeout(again);
    clearTimeout(worry);
    worry = 0;
    source?.close();
    source = null;
  }

  function lost(mine) {
    if (mine !== source) return;
    source.close();
    source = null;
    worry ||= setTimeout(state, WORRY_AFTER, false);
    clearTimeout(again);
    again = setTimeout(open, backoff(fails++) / 2);
  }

  function open() {
    if (source || document.hidden) return;
    clearTimeout(again);
    const mine = (source = new EventSource(address()));
    for (const [name, heard] of Object.entries(events)) {
      mine.addEventListener(name, (event) => heard(JSON.parse(event.data)));
    }
    mine.onerror = () => lost(mine);
    mine.onopen = () => {
      fails = 0;
      clearTimeout(worry);
      worry = 0;
      state(true);
    };
  }

  const wake = () => (document.hidden ? close() : open());
  document.addEventListener("visibilitychange", wake);
  addEventListener("pageshow", wake);
  addEventListener("pagehide", close);
  addEventListener("online", () => {
    close();
    wake();
  });
  open();
}
