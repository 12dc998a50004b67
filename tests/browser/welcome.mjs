// What tests/browser/test_welcome.py does in the browser: node welcome.mjs ORIGIN [SCREENSHOT]
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_PATH}/`);
const { chromium } = require("playwright-core");
const [origin, screenshot] = process.argv.slice(2);

const complaints = [];

// How well text can be read on what is behind it (WCAG 2, 1.4.3: 4.5 and more), of the page's own colours.
function worstContrast() {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\d.]+/g).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!colour.endsWith(", 0)")) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const contrasts = [...document.querySelectorAll("h1, h2, p, li strong, li span, a, code, th, td")].map((element) => {
    const [more, less] = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => b - a);
    return (more + 0.05) / (less + 0.05);
  });
  return Math.min(...contrasts);
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  for (const colorScheme of ["light", "dark"]) {
    const page = await browser.newPage({ viewport: { width: 400, height: 800 }, colorScheme });
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(origin);

    // The tables that anybody may use, and no others.
    const rows = page.getByRole("table", { name: "Tables" }).locator("tbody tr");
    await rows.first().waitFor();
    const shown = await rows.evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
    assert.deepEqual(shown, [["inbox", "add"], ["open notes", "read"]]);

    // Both ways lead on.
    const link = page.getByRole("link", { name: "open notes" });
    const read = await page.request.get(new URL(await link.getAttribute("href"), page.url()).href);
    assert.deepEqual(await read.json(), [{ id: 1, body: "first" }]);
    assert.ok(await page.evaluate(worstContrast) >= 4.5, `contrast in ${colorScheme}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "wider than a phone");
    assert.equal(await page.getByText("Demo shop").isVisible(), false, "a link to a shop that is not there");
    if (screenshot) await page.screenshot({ path: `${screenshot}-${colorScheme}.png`, fullPage: true });
    await page.getByRole("link", { name: "The API, to try out" }).click();
    await page.waitForURL("**/docs/api/");
    await page.close();
  }
  // The shop's own address says that there is none, and leads back.
  const shop = await browser.newPage();
  await shop.goto(new URL("demo/", origin).href);
  await shop.getByRole("heading", { name: "There is no shop here" }).waitFor();
  assert.equal(await shop.getByRole("button", { name: "Try again" }).count(), 0);
  assert.equal(await shop.getByRole("link", { name: "Cart" }).count(), 0);
  await shop.getByRole("link", { name: "To the start page" }).click();
  await shop.getByRole("heading", { name: "prodev is running" }).waitFor();
  await shop.close();
  assert.deepEqual(complaints, [], "the browser had something to complain of");
  console.log("passed");
} finally {
  await browser.close();
}
