// What tests/browser/test_docs.py does in the browser: node docs.mjs ORIGIN PAGE...
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_PATH}/`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [origin, ...pages] = process.argv.slice(2);

const complaints = [];

async function open(browser, path, { width = 1300, scheme = "light", ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme: scheme, ...options });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && complaints.push(`${path}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`${path}: ${error}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(origin)) complaints.push(`${path} asked ${request.url()}`);
  });
  await page.goto(`${origin}/docs/${path}`);
  return page;
}

// Colours that cannot be read (below 4.5 to 1), controls without names, what keys do not reach.
async function faults(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa"], resultTypes: ["violations"] }));
  return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`));
}

async function searchFindsAndLeads(browser) {
  const page = await open(browser, "index.html");
  await page.keyboard.press("/");
  const field = page.getByRole("searchbox", { name: "Search the documentation" });
  await field.pressSequentially("lost request");
  const results = page.locator("#found-list a");
  await results.first().waitFor();
  assert.equal(await results.first().getAttribute("href"), "operations.html#takeover");
  assert.ok(await page.locator("#found-list mark").count() > 0, "the words are marked");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/docs/operations.html#takeover");
  for (const words of ["port in use", "address already in use", "EADDRINUSE"]) {
    await page.getByRole("searchbox").fill(words);
    await page.locator('#found-list a[href="troubleshooting.html#port"]').waitFor();
  }
  await page.getByRole("searchbox").fill("qqqq");
  await page.getByText("Nothing found").waitFor();
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#found").isHidden(), "Escape closes the results");
  await page.context().close();
}

async function codeIsCopied(browser, withClipboard) {
  const page = await open(browser, "access.html", { permissions: ["clipboard-read", "clipboard-write"] });
  // What a page that did not come over https has is no clipboard.
  if (!withClipboard) await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  const session = page.locator("pre.console").filter({ hasText: "--claims" });
  await session.hover();
  await session.locator("+ .copy").click();
  await page.getByText("Copied").waitFor();
  if (withClipboard) {
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /^prodev token --role authenticated .*\nprodev token --role staff .*'$/, "commands alone");
  }
  await page.context().close();
}

// Two pages hold all that pages are made of; measuring is slow.
async function readableIn(browser, scheme) {
  for (const path of ["tls.html", "functions.html"]) {
    const page = await open(browser, path, { scheme });
    const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const bright = Number(paper.match(/\d+/)[0]) > 127;
    assert.equal(bright, scheme === "light", `${path} is ${paper} where ${scheme} is wanted`);
    assert.deepEqual(await faults(page), [], `${path}, ${scheme}`);
    await page.context().close();
  }
}

async function fitsAPhone(browser) {
  const phone = await open(browser, pages[0], { width: 360 });
  for (const path of pages) {
    await phone.goto(`${origin}/docs/${path}`);
    const over = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${path} is ${over} pixels wider than a phone`);
  }
  await phone.context().close();
  const page = await open(browser, "rest.html", { width: 360 });
  const link = page.locator(".contents").getByRole("link", { name: "Settings" });
  assert.ok(await link.isHidden(), "the list of pages is closed on a phone");
  await page.getByText("All pages").click();
  await link.click();
  await page.waitForURL("**/docs/settings.html");
  await page.context().close();
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  await searchFindsAndLeads(browser);
  await codeIsCopied(browser, true);
  await codeIsCopied(browser, false);
  await readableIn(browser, "light");
  await readableIn(browser, "dark");
  await fitsAPhone(browser);
  assert.deepEqual(complaints, [], "the browser had something to complain of");
  console.log("passed");
} finally {
  await browser.close();
}
