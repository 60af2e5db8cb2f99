// Who this page is to the server. Our own page has a cookie that scripts cannot read; a page of another site, and our
// page in a frame, keep a token in their own storage, which no other site can read. Tokens end after a day without use.

const HALF = 12 * 3600 * 1000; // milliseconds: a token older than this is renewed

const ELSEWHERE = "This chat cannot be used on this page: its site is not one that the business named.";

export class Refused extends Error {} // the server will not have this page at all: trying again does not help

/** `identity()` is asked for whom the site vouches; `begun()` is called when another thread takes the place of ours. */
export function session(base, mode, { identity, begun }) {
  const kept = `qotbot.token ${base}`;
  const cookie = mode === "page";
  let memory = null; // where storage is switched off
  let asking = null;
  let thread = "";

  function read() {
    try {
      return JSON.parse(localStorage.getItem(kept)) || memory;
    } catch {
      return memory;
    }
  }

  function write(token) {
    memory = token;
    try {
      if (token) localStorage.setItem(kept, JSON.stringify(token));
      else localStorage.removeItem(kept);
    } catch { /* then this page alone remembers it */ }
  }

  // A browser hides from a page why it may not read an answer. Files are open to all: where they can be had and a
  // session cannot, twice, this page's site is not one of those that may use the chat.
  async function reach(...request) {
    try {
      return await fetch(...request);
    } catch (problem) {
      await fetch(`${base}static/icon.svg`, { cache: "no-store", credentials: "omit" }).catch(() => { throw problem; });
      return fetch(...request).catch(() => { throw new Refused(ELSEWHERE); });
    }
  }

  async function ask() {
    const before = read();
    const headers = { "Content-Type": "application/json" };
    if (before) headers.Authorization = `Bearer ${before.token}`;
    const body = JSON.stringify({ identity: identity() });
    const response = await reach(`${base}session`, { method: "POST", headers, body, credentials: "omit" });
    const told = await response.json().catch(() => ({}));
    if ([403, 422].includes(response.status)) throw new Refused(told.error || ELSEWHERE);
    if (!response.ok) throw new Error("try again");
    const got = { token: told.token, thread: told.thread, at: Date.now(), user: identity()?.user || "" };
    write(got);
    return got;
  }

  // Two tabs that open at once must not become two visitors: one asks, the other finds what it got.
  function renew(stale) {
    const once = async () => {
      const found = read();
      return found && usable(found) && found.token !== stale?.token ? found : ask();
    };
    const locked = () => (navigator.locks ? navigator.locks.request(kept, once) : once());
    asking ||= locked().finally(() => { asking = null; });
    return asking;
  }

  const usable = (found) => Date.now() - found.at < HALF && found.at <= Date.now() && found.user === (identity()?.user || "");

  async function token() {
    const stored = read();
    const found = stored && usable(stored) ? stored : await renew(stored);
    const other = thread && found.thread !== thread; // this page's session ended, here or in another tab
    thread = found.thread;
    if (other) begun();
    return found.token;
  }

  async function send(path, init) {
    if (cookie) return fetch(base + path(), { ...init, credentials: "same-origin" });
    const headers = { ...init.headers, Authorization: `Bearer ${await token()}` };
    return fetch(base + path(), { ...init, headers, credentials: "omit" });
  }

  return {
    /** A call of the chat's; a session that is over begins anew, once. A path may be a function of that moment. */
    async call(where, init = {}) {
      const path = typeof where === "function" ? where : () => where;
      const used = read();
      const response = await send(path, init);
      if (response.status !== 401) return response;
      if (cookie) {
        await fetch(base.slice(0, -1), { credentials: "same-origin" }); // the page hands out a new cookie
        begun();
      } else await renew(used);
      return send(path, init);
    },
    /** Forget the session here; the server has ended it. */
    forget() {
      write(null);
    },
  };
}
