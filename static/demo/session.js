// Who the shopper is: an anonymous account of this server (GoTrue's endpoints), made when something is
// first put into the cart, and kept in this browser.
import { site } from "./site.js";

const kKey = "larch-linen.session";
const kEarly_ms = 60000; // renewed so long before it expires
const kTimeout_ms = 15000;

let renewing = null;

function stored() {
  try {
    const session = JSON.parse(localStorage.getItem(kKey));
    return session && session.access_token && session.user_id ? session : null;
  } catch {
    return null;
  }
}

function keep(answer) {
  const session = {
    access_token: answer.access_token,
    refresh_token: answer.refresh_token,
    expires_at_ms: Date.now() + 1000 * answer.expires_in,
    user_id: answer.user.id,
  };
  localStorage.setItem(kKey, JSON.stringify(session));
  return session;
}

async function post(path, values) {
  return fetch(site(`/auth/v1/${path}`), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(values),
    signal: AbortSignal.timeout(kTimeout_ms),
  });
}

// The id of the shopper's account, or null for a stranger.
export function shopperId() {
  return stored()?.user_id ?? null;
}

// Makes the account if there is none, and returns its id.
export async function signIn() {
  return inTurn(async () => {
    const known = stored();
    if (known) return known.user_id;
    const response = await post("signup", {});
    if (!response.ok) throw new Error(`Signing in failed: the server answered ${response.status}.`);
    return keep(await response.json()).user_id;
  });
}

export function signOut() {
  localStorage.removeItem(kKey);
}

// A token that is good for a while yet; null for a stranger.
export async function accessToken() {
  const session = stored();
  if (!session) return null;
  return Date.now() < session.expires_at_ms - kEarly_ms
    ? session.access_token
    : renewSession(session.access_token);
}

// A newer token than `old`; null, and the account forgotten, if the server will not give one.
export function renewSession(old) {
  renewing ??= inTurn(() => renew(old)).finally(() => { renewing = null; });
  return renewing;
}

async function renew(old) {
  const session = stored();
  if (!session) return null;
  if (session.access_token !== old) return session.access_token; // another tab was first
  const response = await post("token?grant_type=refresh_token", { refresh_token: session.refresh_token });
  if (response.ok) return keep(await response.json()).access_token;
  if (response.status >= 500 || response.status === 429) {
    throw new Error(`Signing in again failed: the server answered ${response.status}.`);
  }
  signOut();
  return null;
}

// A refresh token can be used once, so tabs take turns, where the browser offers a way.
function inTurn(work) {
  return navigator.locks ? navigator.locks.request(kKey, work) : work();
}
