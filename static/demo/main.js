// The shop's frame: which page an address means, and the parts around it.
import { ApiError } from "./api.js";
import { categories } from "./catalog.js";
import { load as loadCart } from "./cart.js";
import { announce, el } from "./dom.js";
import { cartPage } from "./pages/cart.js";
import { checkoutPage } from "./pages/checkout.js";
import { home } from "./pages/home.js";
import { categoryPage, searchPage } from "./pages/list.js";
import { orderPage, ordersPage } from "./pages/orders.js";
import { productPage } from "./pages/product.js";
import { explain } from "./words.js";

// Each page is a function of the address's parts and query to {title, content: nodes}.
const kPages = [
  [/^\/$/, home],
  [/^\/c\/([a-z0-9-]+)$/, categoryPage],
  [/^\/search$/, searchPage],
  [/^\/p\/([a-z0-9-]+)$/, productPage],
  [/^\/cart$/, cartPage],
  [/^\/checkout$/, checkoutPage],
  [/^\/orders$/, ordersPage],
  [/^\/orders\/(\d+)$/, orderPage],
];

const main = document.getElementById("main");
let visit = 0;

function notFound() {
  return { title: "Not here", content: [el("h1", {}, "There is nothing here"),
    el("p", {}, "This page does not exist or is no longer there. ", el("a", { href: "#/" }, "To the start page"))] };
}

// The page is built in, and so is on every server; the shop is in the database of `prodev demo`.
function showNoShop() {
  for (const part of document.querySelectorAll("header.top > *, footer")) part.hidden = true;
  document.title = "No shop here";
  main.replaceChildren(el("h1", {}, "There is no shop here"),
    el("p", {}, "This page is the demo shop of prodev, whose products are in the database that ",
      el("code", {}, "prodev demo"), " makes. The project that this server runs is another one."),
    el("p", {}, el("a", { href: "../" }, "To the start page"), " · ",
      el("a", { href: "../docs/api/" }, "The API of this project")));
}

// Its categories are open to everybody: a table that is not there, is closed or has other columns is
// another project's.
function isOfAnotherProject(error) {
  return error instanceof ApiError && ["PGRST205", "42501", "42703"].includes(error.code);
}

function failed(error) {
  return { title: "That did not work", content: [el("h1", {}, "That did not work"),
    el("p", { class: "notice", role: "alert" }, explain(error)),
    el("p", {}, el("button", { type: "button", onclick: () => show() }, "Try again"))] };
}

async function make(path, query) {
  for (const [pattern, page] of kPages) {
    const match = pattern.exec(path);
    if (match) return await page(match.slice(1), query) ?? notFound();
  }
  return notFound();
}

// Shows the page of the address. The old one stays until the new one is whole.
async function show() {
  const mine = ++visit;
  const [path, query = ""] = (location.hash.replace(/^#/, "") || "/").split("?");
  main.setAttribute("aria-busy", "true");
  const parameters = new URLSearchParams(query);
  const page = await make(path, parameters).catch(failed);
  if (mine !== visit) return; // the shopper has gone on
  announce(""); // what was said about the page before would lie over this one
  main.replaceChildren(...page.content);
  main.removeAttribute("aria-busy");
  document.title = `${page.title} · Larch & Linen`;
  document.getElementById("q").value = path === "/search" ? parameters.get("q") ?? "" : "";
  markDepartment(page.department);
  window.scrollTo(0, 0);
  if (mine > 1) focusHeading();
}

// After a change of page the reader starts at its heading. The first page leaves focus to the browser.
function focusHeading() {
  const heading = main.querySelector("h1") ?? main;
  heading.setAttribute("tabindex", "-1");
  heading.focus({ preventScroll: true });
}

function markDepartment(slug) {
  for (const link of document.querySelectorAll("#departments a")) {
    if (slug && link.getAttribute("href") === `#/c/${slug}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

async function showDepartments() {
  const { departments } = await categories();
  document.getElementById("departments").replaceChildren(...departments.map((department) =>
    el("a", { href: `#/c/${department.slug}` }, department.name)));
}

document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = document.getElementById("q").value.trim();
  if (words) location.hash = `#/search?${new URLSearchParams({ q: words })}`;
});

// The address's fragment is the page, so the link only moves the focus.
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});

const [departments] = await Promise.allSettled([showDepartments(), loadCart()]);
if (isOfAnotherProject(departments.reason)) {
  showNoShop();
} else {
  window.addEventListener("hashchange", show);
  show();
}
