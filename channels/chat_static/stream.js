// A server-sent event stream that sleeps while the page is hidden (a browser allows six streams per site, so a
// seventh open tab would hang) and resumes from the last number seen. It is read with fetch, because EventSource
// cannot say who asks without putting it into the address.

import { backoff } from "./outbox.js";
import { Refused } from "./session.js";

const WORRY_AFTER = 1500; // milliseconds without a connection before the customer is told
const SILENCE = 40000; // milliseconds: the server says something every 15 s, so a longer silence is a dead line

/** `connect(signal)` answers with the response; `events` maps names to callbacks; `state(ok)` tells open and lost,
 * `refused(why)` that the server will not have this page. */
export function stream(connect, events, { state, refused }) {
  let going = null; // the AbortController of what is open or being opened
  let fails = 0;
  let again = 0;
  let worry = 0;
  let stopped = false;

  function close() {
    clearTimeout(again);
    clearTimeout(worry);
    worry = 0;
    going?.abort();
    going = null;
  }

  function lost(mine) {
    if (mine !== going) return;
    going.abort();
    going = null;
    worry ||= setTimeout(state, WORRY_AFTER, false);
    clearTimeout(again);
    again = setTimeout(open, backoff(fails++) / 2);
  }

  async function open() {
    if (going || stopped || document.hidden) return;
    clearTimeout(again);
    const mine = (going = new AbortController());
    try {
      const response = await connect(mine.signal);
      if (!response.ok) throw new Error("no stream");
      fails = 0;
      clearTimeout(worry);
      worry = 0;
      state(true);
      await read(response, mine);
    } catch (problem) {
      if (problem instanceof Refused) {
        stopped = true;
        close();
        return refused(problem.message);
      }
    }
    lost(mine);
  }

  async function read(response, mine) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const dead = setTimeout(lost, SILENCE, mine);
      const { done, value } = await reader.read().finally(() => clearTimeout(dead));
      if (done || mine !== going) return;
      const frames = (rest + value).split("\n\n");
      rest = frames.pop();
      frames.forEach(take);
    }
  }

  function take(frame) {
    let name = "message";
    const data = [];
    for (const line of frame.split("\n")) {
      if (line.startsWith("event: ")) name = line.slice(7);
      else if (line.startsWith("data: ")) data.push(line.slice(6));
    }
    if (data.length) events[name]?.(JSON.parse(data.join("\n")));
  }

  const wake = () => (document.hidden ? close() : open());
  const restart = () => {
    close();
    wake();
  };
  document.addEventListener("visibilitychange", wake);
  addEventListener("pageshow", wake);
  addEventListener("pagehide", close);
  addEventListener("online", restart);
  addEventListener("offline", () => { if (going) lost(going); });
  open();
  return { restart, close };
}
