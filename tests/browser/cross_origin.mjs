// What tests/browser/test_cross_origin.py does in the browser: node cross_origin.mjs PAGE_ORIGIN SERVER_URL ANON_KEY
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_PATH}/`);
const { chromium } = require("playwright-core");
const [pageOrigin, serverUrl, anonKey] = process.argv.slice(2);

// Runs in the page: everything that an app does with its client, and what came back.
async function useTheClient([url, key]) {
  const client = supabase.createClient(url, key);
  const told = ({ data, error, count, status }) => ({ data, error, count, status });
  const headers = {};
  const tracing = supabase.createClient(url, key, {
    global: { headers: { "x-my-app": "1", traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } },
    auth: { storageKey: "other" },
  });
  const long = Array.from({ length: 1500 }, (_, i) => 100000 + i);
  return {
    select: told(await client.from("film").select("id,title", { count: "exact" }).order("id").range(0, 1)),
    head: told(await client.from("film").select("*", { count: "exact", head: true })),
    refused: told(await client.from("film").insert({ title: "Dune" }).select()),
    unknown: told(await client.from("flim").select()),
    rpc: told(await client.rpc("longer", { than: 5 })),
    rpcByGet: told(await client.rpc("longer", { than: 5 }, { get: true })),
    ownHeaders: told(await tracing.from("film").select("id").limit(1)),
    tooLong: told(await client.from("film").select().in("id", long)),
    signIn: (await client.auth.signInAnonymously()).error?.message ?? "signed in",
    insert: told(await client.from("film").insert({ title: "Eraserhead" }).select("title").single()),
    upsert: told(await client.from("film").upsert({ id: 1, title: "Aliens" }).select("title")),
    update: told(await client.from("film").update({ title: "Alien" }).eq("id", 1).select("title")),
    remove: told(await client.from("film").delete({ count: "exact" }).eq("title", "Eraserhead")),
    exposed: await fetch(`${url}/rest/v1/film?limit=1`).then((response) => {
      for (const name of ["content-range", "x-request-id", "date"]) headers[name] = response.headers.get(name);
      return headers;
    }),
  };
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  await page.goto(pageOrigin);
  const got = await page.evaluate(useTheClient, [serverUrl, anonKey]);
  assert.deepEqual(got.select.data, [{ id: 1, title: "Alien" }, { id: 2, title: "Brazil" }], JSON.stringify(got.select));
  assert.equal(got.select.count, 3);
  assert.equal(got.head.count, 3);
  assert.equal(got.refused.error.code, "42501");
  assert.equal(got.unknown.error.code, "PGRST205");
  assert.match(got.unknown.error.hint, /film/);
  assert.equal(got.rpc.data.length, 2);
  assert.equal(got.rpcByGet.data.length, 2);
  assert.equal(got.ownHeaders.data.length, 1);
  assert.equal(got.tooLong.status, 414);
  assert.match(got.tooLong.error.message, /target is too long/);
  assert.equal(got.signIn, "signed in");
  assert.deepEqual(got.insert.data, { title: "Eraserhead" }, JSON.stringify(got.insert));
  assert.deepEqual(got.upsert.data, [{ title: "Aliens" }]);
  assert.deepEqual(got.update.data, [{ title: "Alien" }]);
  assert.equal(got.remove.count, 1);
  for (const [name, value] of Object.entries(got.exposed)) assert.ok(value, name);

  // A page of an origin that is not listed gets nothing: here one without any.
  await page.goto("data:text/html,<title>none</title>");
  const refused = await page.evaluate((url) => fetch(`${url}/rest/v1/film`).then(() => "read", String), serverUrl);
  assert.match(refused, /Failed to fetch/);
  console.log("passed");
} finally {
  await browser.close();
}
