// Talks to /rest/v1 in PostgREST's grammar, as anyone or as the shopper who is signed in.
import { accessToken, renewSession } from "./session.js";
import { site } from "./site.js";

const kBase = site("/rest/v1/");
const kTimeout_ms = 15000;

// What the server refused, with PostgREST's code, message, details and hint.
export class ApiError extends Error {
  constructor(status, body) {
    super(body.message || `The server answered ${status}.`);
    this.name = "ApiError";
    this.status = status;
    this.code = body.code || "";
    this.details = body.details || "";
    this.hint = body.hint || "";
  }
}

// Rows of a table or view. `query` is an object of PostgREST parameters; an array repeats one, and
// all of them must hold.
export async function rows(table, query) {
  return (await send("GET", table, { query })).body;
}

// The row that `query` finds, or null.
export async function row(table, query) {
  return (await rows(table, { ...query, limit: 1 }))[0] ?? null;
}

// One page and the number of all: {rows, total}. A page past the end has no rows.
export async function page(table, query, first, size) {
  try {
    const { body, response } = await send("GET", table, {
      query,
      headers: { Prefer: "count=exact", "Range-Unit": "items", Range: `${first}-${first + size - 1}` },
    });
    return { rows: body, total: totalOf(response) };
  } catch (error) {
    if (error.status !== 416) throw error;
    return { rows: [], total: null };
  }
}

// Inserts one row; with `select` the columns to answer with, else nothing comes back.
export async function insert(table, values, select) {
  const { body } = await send("POST", table, {
    query: select ? { select } : {},
    headers: { Prefer: select ? "return=representation" : "return=minimal" },
    values,
  });
  return select ? body[0] : null;
}

export async function update(table, query, values) {
  await send("PATCH", table, { query, headers: { Prefer: "return=minimal" }, values });
}

export async function remove(table, query) {
  await send("DELETE", table, { query, headers: { Prefer: "return=minimal" } });
}

function totalOf(response) {
  const total = Number((response.headers.get("Content-Range") || "").split("/")[1]);
  return Number.isInteger(total) ? total : null;
}

function address(table, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, one);
  }
  const text = parameters.toString();
  return kBase + table + (text && `?${text}`);
}

async function send(method, table, { query, headers = {}, values } = {}) {
  const ask = async (token) => fetch(address(table, query), {
    method,
    headers: {
      Accept: "application/json",
      ...(values && { "Content-Type": "application/json" }),
      ...(token && { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: values && JSON.stringify(values),
    signal: AbortSignal.timeout(kTimeout_ms),
  });
  const token = await accessToken();
  let response = await ask(token);
  // A token that the server no longer takes: renewed once, or the shopper is a stranger again.
  if (response.status === 401 && token) response = await ask(await renewSession(token));
  const text = await response.text();
  const body = parse(text);
  if (!response.ok) throw new ApiError(response.status, body ?? {});
  return { body, response };
}

function parse(text) {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
