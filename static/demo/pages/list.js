// Lists of products: a category's, and what a search finds. Sort, filters and page are in the address.
import { categories, kSorts, products, searchWords } from "../catalog.js";
import { crumbs, el } from "../dom.js";
import { count } from "../words.js";
import { grid } from "./cards.js";

const kPage = 12;
const kPrices = [2000, 4000, 8000];

function choiceOf(query) {
  const price = Number(query.get("max"));
  return {
    sort: Object.hasOwn(kSorts, query.get("sort") ?? "") ? query.get("sort") : "rating",
    max_cents: kPrices.includes(price) ? price : null,
    inStock: query.get("stock") === "1",
  };
}

function pageOf(query) {
  const number = Number(query.get("page") ?? 1);
  return Number.isInteger(number) && number >= 1 ? number : 1;
}

function addressWith(path, query, changes) {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  const text = next.toString();
  return `#${path}${text && `?${text}`}`;
}

function selectOf(label, name, options, chosen) {
  return el("label", {}, label, el("select", { name },
    options.map(([value, text]) => el("option", { value, selected: String(value) === String(chosen ?? "") }, text))));
}

function controls(path, query, choice) {
  const form = el("form", { class: "controls", "aria-label": "Sort and filter" },
    selectOf("Sort by", "sort", Object.entries(kSorts).map(([name, sort]) => [name, sort.label]), choice.sort),
    selectOf("Price", "max", [["", "Any"], ...kPrices.map((cents) => [cents, `Up to €${cents / 100}`])], choice.max_cents),
    el("label", { class: "check" },
      el("input", { type: "checkbox", name: "stock", value: "1", checked: choice.inStock }), "In stock only"),
    el("button", {}, "Apply"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = new FormData(form);
    location.hash = addressWith(path, query, {
      sort: chosen.get("sort"), max: chosen.get("max"), stock: chosen.get("stock"), page: null });
  });
  return form;
}

function pager(path, query, number, total) {
  const last = Math.max(1, Math.ceil(total / kPage));
  if (last === 1) return null;
  const link = (to, text) => to >= 1 && to <= last
    ? el("a", { href: addressWith(path, query, { page: to > 1 ? to : null }) }, text)
    : el("span", { class: "soft", "aria-hidden": "true" }, text);
  return el("nav", { class: "pager", "aria-label": "Pages" },
    link(number - 1, "‹ Previous"), el("span", {}, `Page ${number} of ${last}`), link(number + 1, "Next ›"));
}

async function listing(path, query, choice) {
  const number = pageOf(query);
  const found = await products(choice, (number - 1) * kPage, kPage);
  if (found.rows.length === 0 && number > 1) {
    return [el("p", {}, "There is no such page. ",
      el("a", { href: addressWith(path, query, { page: null }) }, "To the first one"))];
  }
  return [
    controls(path, query, choice),
    el("p", { class: "soft", role: "status" }, found.total === 0
      ? "Nothing fits." : `${count(found.total, "product")}`),
    grid(found.rows),
    pager(path, query, number, found.total),
  ].filter(Boolean);
}

export async function categoryPage([slug], query) {
  const { bySlug, byId } = await categories();
  const category = bySlug.get(slug);
  if (!category) return null;
  const parent = byId.get(category.parent_id);
  const shelves = (parent ?? category).children;
  return {
    title: category.name,
    department: (parent ?? category).slug,
    content: [
      crumbs(["Start", "#/"], ...(parent ? [[parent.name, `#/c/${parent.slug}`]] : []), [category.name]),
      el("h1", {}, category.name),
      el("p", { class: "lead" }, category.description),
      el("nav", { class: "chips", "aria-label": "Shelves" }, shelves.map((shelf) =>
        el("a", { href: `#/c/${shelf.slug}`, "aria-current": shelf === category && "page" }, shelf.name))),
      ...await listing(`/c/${slug}`, query, { ...choiceOf(query), category }),
    ],
  };
}

export async function searchPage(_, query) {
  const text = query.get("q") ?? "";
  const words = searchWords(text);
  return {
    title: `Search: ${text}`,
    content: [
      el("h1", {}, `Search: ${text}`),
      ...(words.length === 0 ? [el("p", {}, "Type a word into the field above.")]
        : await listing("/search", query, { ...choiceOf(query), words })),
    ],
  };
}
