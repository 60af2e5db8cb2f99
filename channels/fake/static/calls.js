// The Call tab: a call that speaks and listens as text.

import { at, line, onSay, post, toEnd } from "./lines.js";

const PATIENCE = 25000; // milliseconds; an answer may take 20 s
const KEYS = /^[0-9*#]{1,20}$/;
const MISSED = {
  "no-answer": "Nobody answered.",
  busy: "The line was busy.",
  failed: "The call could not be put through.",
};

/** `who()` returns the caller's number or "" if it is not one. */
export function calls(who) {
  const heard = at("heard");
  let call = null; // { id, began }: the call in progress
  let ticking = 0;

  const length = () => {
    const seconds = Math.floor((performance.now() - call.began) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };

  function turn(state, open) {
    at("call-state").textContent = state;
    at("press").disabled = at("say-form").querySelector(".send").disabled = !open;
  }

  function wait() {
    const dots = line(false, "…");
    dots.classList.add("wait");
    heard.append(dots);
    toEnd(heard);
    return dots;
  }

  function hear(answer) {
    for (const words of answer.says) heard.append(line(false, words));
    toEnd(heard);
    if (answer.ended) end("The business hung up.");
    else turn(answer.listening ? "Listening to you" : "Speaking", true);
  }

  function stage(name) {
    at("dial").hidden = name !== "dial";
    at("talk").hidden = name === "dial";
    at("say-form").hidden = at("hangup").hidden = name !== "talk";
    at("again").hidden = name !== "over";
    at("live").hidden = name !== "talk";
    at("call-state").closest("p").classList.toggle("over", name === "over");
  }

  function end(how) {
    if (!call) return;
    clearInterval(ticking);
    at("clock").textContent = length();
    at("call-state").textContent = how;
    call = null;
    stage("over");
    at("again").focus();
  }

  function said(what, more) {
    const strong = document.createElement("b");
    strong.textContent = what;
    at("outcome").replaceChildren(strong, ` ${more}`);
  }

  function begin(id) {
    call = { id, began: performance.now() };
    at("clock").textContent = "0:00";
    ticking = setInterval(() => { at("clock").textContent = length(); }, 1000);
    at("say-error").textContent = "";
    heard.replaceChildren();
    stage("talk");
  }

  at("dial").addEventListener("submit", async (event) => {
    event.preventDefault();
    const from = who();
    if (!from) return at("number").focus();
    const as = new FormData(at("dial")).get("as");
    at("call").disabled = true;
    at("dial-error").textContent = "";
    at("outcome").textContent = "Ringing…";
    try {
      const answer = await post("/phone/calls", { from, as }, PATIENCE);
      at("outcome").textContent = "";
      if (as in MISSED) said(MISSED[as], "The business has missed your call. Watch the Text tab.");
      else {
        begin(answer.call);
        hear(answer);
        at("speech").focus();
      }
    } catch (error) {
      at("outcome").textContent = "";
      at("dial-error").textContent = `No call. ${error.message}`;
    }
    at("call").disabled = false;
    return undefined;
  });

  /** Say or press what was typed, and hear the answer. */
  async function tell(way, words) {
    const mine = call;
    if (!mine || at("press").disabled) return;
    turn("Waiting for the answer", false);
    at("say-error").textContent = "";
    type("");
    heard.append(line(true, way === "press" ? `Pressed ${words}` : words));
    const dots = wait();
    try {
      const body = way === "press" ? { keys: words } : { speech: words };
      const answer = await post(`/phone/calls/${encodeURIComponent(mine.id)}/${way}`, body, PATIENCE);
      dots.remove();
      if (call === mine) hear(answer);
    } catch (error) {
      dots.remove();
      if (call !== mine) return;
      at("say-error").textContent = error.message;
      type(words);
      turn("Listening to you", true);
    }
  }

  /** Digits may be said or pressed. */
  function offer() {
    const keys = at("speech").value.trim();
    at("press").hidden = !KEYS.test(keys);
    at("press").textContent = `Press ${keys}`;
  }

  function type(words) {
    at("speech").value = words;
    offer();
  }

  onSay(at("say-form"), at("speech"), (speech) => tell("say", speech));
  at("speech").addEventListener("input", offer);
  at("press").addEventListener("click", () => {
    tell("press", at("speech").value.trim());
    at("speech").focus();
  });

  at("again").addEventListener("click", () => {
    stage("dial");
    at("call").focus();
  });

  at("hangup").addEventListener("click", async () => {
    const mine = call;
    if (!mine) return;
    end("You hung up.");
    try {
      await post(`/phone/calls/${encodeURIComponent(mine.id)}/hangup`, {}, PATIENCE);
    } catch (error) {
      at("say-error").textContent = `The business may not know that you hung up. ${error.message}`;
    }
  });
}
