// What the two tabs share: lines of talk, forms that send on Enter, and requests with readable errors.

export const at = (id) => document.getElementById(id);

export function line(mine, words, note = "") {
  const element = document.createElement("div");
  element.className = mine ? "line mine-too" : "line";
  const said = document.createElement("p");
  said.className = "words";
  said.dir = "auto";
  const who = document.createElement("span");
  who.className = "hush";
  who.textContent = mine ? "You: " : "Business: ";
  said.append(who, words);
  const meta = document.createElement("p");
  meta.className = "meta";
  meta.textContent = note;
  element.append(said, meta);
  return element;
}

export function toEnd(log) {
  log.scrollTop = log.scrollHeight;
}

/** Sends JSON and returns the answer's; throws an Error whose message may be shown. */
export async function post(address, body, patience) {
  let response;
  try {
    response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(patience),
    });
  } catch (cause) {
    throw new Error(cause.name === "TimeoutError" ? "No answer in time. Try again." : "The server cannot be reached. Is it running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || `The server answered ${response.status}.`);
  return answer;
}

/** Calls `work(text)` on Enter or the button; Shift+Enter is a new line. */
export function onSay(form, field, work) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text) work(text);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}
