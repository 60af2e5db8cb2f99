// What lies over the conversation for a moment: the form to be called back, and the question before a chat is ended.

import { button, drawing, h, make } from "./dom.js";
import { newId } from "./outbox.js";

const CROSS = "M6 6l12 12M18 6 6 18";

/** Shows `content` under a title; the rest cannot be reached meanwhile. Escape and the cross call `leave`. */
export function sheet(frame, title, content) {
  const before = frame.getRootNode().activeElement;
  const others = [...frame.children].filter((one) => !one.classList.contains("hush"));
  const heading = h("h2", { id: "sheet-title", tabindex: "-1" }, title);
  const cross = button("", () => leave(), "plain");
  cross.setAttribute("aria-label", "Back to the chat");
  cross.append(drawing(CROSS));
  const top = h("div", { class: "sheet-top" }, heading, cross);
  const box = h("div", { class: "sheet", id: "sheet", role: "dialog", "aria-modal": "true", "aria-labelledby": "sheet-title" }, top, content);

  function leave() {
    box.remove();
    for (const one of others) one.inert = false;
    before?.focus?.({ preventScroll: true });
  }

  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  });
  for (const one of others) one.inert = true;
  frame.append(box);
  heading.focus();
  return leave;
}

/** The question before a chat is ended, or its visitor forgotten. */
export function endSheet(frame, business, end, forgets = false) {
  const words = make("p", "", forgets
    ? `What you wrote here is then erased at ${business} too, and appointments you made here are cancelled. If you have proved your number, the team is asked to do it.`
    : `This device then forgets the conversation. What you wrote to ${business} stays with them.`);
  const failed = h("p", { class: "error", role: "alert" });
  const yes = button(forgets ? "Forget me" : "End the chat", async () => {
    yes.disabled = true;
    if (await end()) leave();
    else failed.textContent = "That did not reach the server. Please try again.";
    yes.disabled = false;
  }, "strong");
  const no = button("Keep it", () => leave(), "quiet");
  const leave = sheet(frame, forgets ? "Forget you?" : "End this chat?", h("div", { class: "fields" }, words, failed, h("div", { class: "acts" }, yes, no)));
}

/** The form to be called or texted back. `about` has the wording beside the number; `call` sends. */
export function formSheet(frame, { about, phone, call, done }) {
  let consent = about.consent;
  const id = newId(); // one id for every try: sent twice counts once
  const name = field("name", "Your name", h("input", { id: "form-name", name: "name", autocomplete: "name", maxlength: "80", required: true }));
  const number = field("phone", "Your phone number", h("input", {
    id: "form-phone", name: "phone", type: "tel", inputmode: "tel", autocomplete: "tel", maxlength: "30", required: true, value: phone || null,
  }));
  const need = field("text", "What is it about?", h("textarea", { id: "form-text", name: "text", rows: "3", maxlength: "400", required: true }));
  const wording = h("span", {});
  const tick = h("input", { id: "form-consent", type: "checkbox" });
  const failed = h("p", { class: "error", role: "alert", id: "form-error" });
  const send = h("button", { class: "strong" }, "Send");
  const form = h("form", { class: "fields", novalidate: true },
    make("p", "", `Somebody from the team will call you back. All fields are needed; the tick is not.`),
    name, number, h("label", { class: "tick", for: "form-consent" }, tick, wording), need, failed,
    h("div", { class: "acts" }, send, button("Cancel", () => leave(), "quiet")));

  function show() {
    wording.replaceChildren(`${consent.text} `, make("small", "", `Version ${consent.version}`));
  }

  function complain(input, why) {
    for (const one of form.elements) one.removeAttribute("aria-invalid");
    failed.textContent = why;
    input?.setAttribute("aria-invalid", "true");
    input?.setAttribute("aria-describedby", "form-error");
    input?.focus();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const empty = [...form.querySelectorAll("[required]")].find((one) => !one.value.trim());
    if (empty) return complain(empty, `Please fill in: ${form.querySelector(`label[for=${empty.id}]`).textContent}`);
    const value = (key) => form.elements[key].value.trim();
    const body = { id, name: value("name"), phone: value("phone"), text: value("text"), consent: tick.checked ? consent.sha256 : "" };
    send.disabled = true;
    const answer = await call("form", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })
      .then(async (response) => ({ ok: response.ok, ...(response.ok ? {} : await response.json()) }))
      .catch(() => ({ ok: false, error: "That did not reach the server. Please try again." }));
    send.disabled = false;
    if (answer.ok) {
      leave();
      return done();
    }
    if (answer.consent) { // what stands there now is what a new tick is for
      consent = answer.consent;
      tick.checked = false;
      show();
    }
    complain(answer.field ? form.elements[answer.field] : null, answer.error);
  });
  show();
  const leave = sheet(frame, "Leave your number", form);
}

function field(name, label, input) {
  return h("div", { class: "field" }, h("label", { for: `form-${name}` }, label), input);
}
