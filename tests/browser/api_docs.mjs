// What tests/browser/test_api_docs.py does in the browser: node api_docs.mjs ORIGIN STAFF_TOKEN [SCREENSHOT]
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_PATH}/`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [origin, staffToken, screenshot] = process.argv.slice(2);

const complaints = [];
const elsewhere = [];

async function open(browser) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(data|blob):/.test(url)) elsewhere.push(url);
  });
  await page.goto(`${origin}/docs/api/`);
  await page.getByRole("heading", { name: /^prodev/ }).waitFor();
  return page;
}

// Colours that cannot be read (below 4.5 to 1), controls without names, what keys do not reach.
async function assertReadable(page, scheme) {
  await page.emulateMedia({ colorScheme: scheme });
  await page.locator(scheme === "dark" ? "html.dark-mode" : "html:not(.dark-mode)").waitFor();
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa"], resultTypes: ["violations"] }));
  assert.deepEqual(found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`)), [], scheme);
}

const tables = (page) => page.locator(".opblock-tag").evaluateAll((tags) => tags.map((tag) => tag.dataset.tag));

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const page = await open(browser);

  // The shop's tables, as anon has them, with the comments of its schema.
  const listed = await tables(page);
  for (const table of ["category", "product", "product_card", "review"]) assert.ok(listed.includes(table), table);
  assert.ok(!listed.includes("customer"), "anon sees no customers");
  await page.getByText("Something that can be bought.").first().waitFor();

  // "Try it out" reads rows.
  await page.locator('.opblock-tag[data-tag="product"]').click();
  const read = page.locator("#operations-product-get_product");
  await read.locator(".opblock-summary-control").click();
  await read.getByRole("button", { name: "Try it out" }).click();
  await read.locator('tr[data-param-name="limit"] input').fill("2");
  await read.locator('tr[data-param-name="id"] input').fill("in.(1,2,3)");
  await read.locator('tr[data-param-name="select"] input').fill("id,slug");
  await read.getByRole("button", { name: "Execute" }).click();
  const live = read.locator(".live-responses-table");
  await live.locator(".response-col_status", { hasText: "200" }).waitFor();
  assert.deepEqual(JSON.parse(await live.locator(".response-col_description code").first().textContent()).map(Object.keys),
    [["id", "slug"], ["id", "slug"]]);
  if (screenshot) await page.screenshot({ path: screenshot });

  await assertReadable(page, "light");
  await assertReadable(page, "dark");

  // A token of staff shows what staff may do.
  await page.getByLabel("Token").fill(staffToken);
  await page.getByRole("button", { name: "Use", exact: true }).click();
  await page.locator('.opblock-tag[data-tag="stock_movement"]').waitFor();
  await page.getByText("role: staff").waitFor();
  await page.reload();
  await page.locator('.opblock-tag[data-tag="stock_movement"]').waitFor();

  assert.deepEqual(complaints, [], "the browser had something to complain of");
  assert.deepEqual(elsewhere, [], "something was asked of another server");
  console.log("passed");
} finally {
  await browser.close();
}
