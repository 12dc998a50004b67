// Products as cards in a grid.
import { el, stars } from "../dom.js";
import { money } from "../words.js";

export function stockWords(stock) {
  if (stock === 0) return el("span", { class: "stock out" }, "Sold out");
  if (stock <= 5) return el("span", { class: "stock few" }, `Only ${stock} left`);
  return el("span", { class: "stock" }, "In stock");
}

function cardOf(product) {
  return el("li", { class: "card" },
    el("a", { href: `#/p/${product.slug}` },
      product.image_path && el("img", {
        src: product.image_path, alt: "", width: 480, height: 480, loading: "lazy", decoding: "async",
      }),
      el("span", { class: "name" }, product.name)),
    el("p", { class: "soft" }, product.summary),
    product.rating_count > 0 && stars(product.rating_average, product.rating_count),
    el("p", { class: "price" }, el("strong", {}, money(product.price_cents, product.currency)),
      " ", product.stock <= 5 && stockWords(product.stock)));
}

export function grid(products) {
  return el("ul", { class: "grid" }, products.map(cardOf));
}
