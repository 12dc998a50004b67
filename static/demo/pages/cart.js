// What the shopper means to buy.
import { kMostPieces, load, setQuantity } from "../cart.js";
import { cards } from "../catalog.js";
import { announce, busy, el } from "../dom.js";
import { explain, money } from "../words.js";

// The lines of a cart with their products: {lines: [{id, quantity, product}], items_cents, problems}.
// A product that is no longer sold is undefined.
export async function priced(cart) {
  const found = await cards([...cart.lines.keys()]);
  const lines = [...cart.lines].map(([id, quantity]) => ({ id, quantity, product: found.get(id) }));
  return {
    lines,
    items_cents: lines.reduce((sum, { quantity, product }) => sum + quantity * (product?.price_cents ?? 0), 0),
    problems: lines.some(({ quantity, product }) => !product || quantity > product.stock),
  };
}

function warning({ quantity, product }) {
  if (!product) return "This is no longer sold. Please remove it.";
  if (product.stock === 0) return "Sold out. Please remove it.";
  return quantity > product.stock ? `Only ${product.stock} left. Please take fewer.` : null;
}

function lineOf(line, change) {
  const { quantity, product } = line;
  const name = product?.name ?? "A product that is gone";
  const problem = warning(line);
  return el("li", { class: "line" },
    product?.image_path && el("img", { src: product.image_path, alt: "", width: 96, height: 96 }),
    el("div", {},
      product ? el("a", { class: "name", href: `#/p/${product.slug}` }, name) : el("span", { class: "name" }, name),
      product && el("p", { class: "soft" }, `${money(product.price_cents, product.currency)} each`),
      problem && el("p", { class: "error" }, problem)),
    el("label", {}, el("span", { class: "hidden" }, `Quantity of ${name}`),
      el("input", { type: "number", inputmode: "numeric", min: 1, max: kMostPieces, value: quantity, required: true,
        onchange: (event) => event.target.reportValidity() && change(line, event.target.valueAsNumber) })),
    el("strong", { class: "sum" }, product ? money(quantity * product.price_cents, product.currency) : ""),
    el("button", { type: "button", "aria-label": `Remove ${name}`, onclick: (event) =>
      busy(event.currentTarget, () => change(line, 0), () => {}) }, "Remove"));
}

function body(cart, change) {
  if (cart.lines.length === 0) {
    return [el("p", {}, "Your cart is empty. ", el("a", { href: "#/" }, "Have a look around"))];
  }
  const go = cart.problems
    ? el("p", { class: "notice" }, "Please see to the lines that are marked before you order.")
    : el("p", {}, el("a", { class: "button", href: "#/checkout" }, "To the checkout"));
  return [
    el("ul", { class: "lines" }, cart.lines.map((line) => lineOf(line, change))),
    el("p", { class: "total" }, "Items ", el("strong", {}, money(cart.items_cents))),
    el("p", { class: "soft" }, "Tax included; shipping is added at the checkout."), go];
}

export async function cartPage() {
  const place = el("div");
  const error = el("p", { class: "error", role: "alert" });
  const show = async (cart) => place.replaceChildren(...body(cart ? await priced(cart) : { lines: [] }, change));
  const change = async (line, quantity) => {
    error.textContent = "";
    try {
      await show(await setQuantity(line.id, quantity));
      announce(`${line.product?.name ?? "The product"}: ${quantity ? `${quantity} in your cart` : "removed from your cart"}.`);
    } catch (problem) {
      error.textContent = explain(problem);
      await load().then(show, () => {}); // the error is told already
    }
    heading.focus({ preventScroll: true }); // what had the focus was made anew
  };
  const heading = el("h1", { tabindex: "-1" }, "Your cart");
  await show(await load());
  return { title: "Your cart", content: [heading, error, place] };
}
