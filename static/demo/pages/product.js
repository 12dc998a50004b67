// One product: pictures, facts, the way into the cart, and what others think of it.
import { insert, row } from "../api.js";
import { add, kMostPieces } from "../cart.js";
import { categories, images, product as find, reviews } from "../catalog.js";
import { announce, busy, crumbs, el, stars } from "../dom.js";
import { shopperId } from "../session.js";
import { count, date, explain, money } from "../words.js";
import { stockWords } from "./cards.js";

const kReviews = 5;

function gallery(pictures) {
  if (pictures.length === 0) return null;
  const large = el("img", { class: "large", src: pictures[0].path, alt: pictures[0].alt,
    width: pictures[0].width, height: pictures[0].height });
  const choose = (picture, event) => {
    large.src = picture.path;
    large.alt = picture.alt;
    for (const button of event.currentTarget.parentElement.children) button.setAttribute("aria-pressed", button === event.currentTarget);
  };
  return el("div", { class: "gallery" }, large, pictures.length > 1 && el("div", { class: "thumbs", role: "group", "aria-label": "Pictures" },
    pictures.map((picture, i) => el("button", {
      type: "button", "aria-pressed": String(i === 0), onclick: (event) => choose(picture, event) },
    el("img", { src: picture.path, alt: picture.alt, width: 80, height: 80 })))));
}

function buyForm(product) {
  const form = el("form", { class: "buy" },
    el("label", {}, "Quantity", el("input", { name: "pieces", type: "number", inputmode: "numeric",
      min: 1, max: Math.min(product.stock, kMostPieces), value: 1, required: true })),
    el("button", { class: "strong" }, "Add to cart"),
    el("p", { class: "error", role: "alert" }));
  const [button, error] = [form.querySelector("button"), form.querySelector(".error")];
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    error.textContent = "";
    busy(button, async () => {
      const inCart = await add(product.id, form.elements.pieces.valueAsNumber);
      announce(`${product.name}: ${inCart} in your cart.`);
    }, (problem) => { error.textContent = explain(problem); });
  });
  return form;
}

// The texts of the database separate paragraphs by empty lines.
function paragraphs(text) {
  return text.split(/\n\s*\n/).map((part) => el("p", {}, part));
}

function facts(attributes) {
  return el("dl", { class: "facts" }, Object.entries(attributes).map(([name, value]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, String(value)))));
}

function reviewOf(review) {
  return el("li", {}, el("article", { class: "review" },
    el("h3", {}, review.title || "Without a title"), stars(review.rating),
    el("p", {}, review.body),
    el("p", { class: "soft" }, `${review.author}, `, el("time", { datetime: review.created_at }, date(review.created_at)))));
}

async function reviewList(product) {
  const list = el("ul", { class: "reviews" });
  const more = el("button", { type: "button" }, "More reviews");
  const show = async () => {
    const found = await reviews(product.id, list.children.length, kReviews);
    list.append(...found.rows.map(reviewOf));
    more.hidden = found.rows.length === 0 || list.children.length >= found.total;
  };
  more.addEventListener("click", () => busy(more, show, (problem) => announce(explain(problem))));
  await show();
  return [list, more];
}

// Only who bought it may review it, so only they are asked.
async function reviewForm(product) {
  const shopper = shopperId();
  const bought = shopper && await row("order_line", { select: "order_id", product_id: `eq.${product.id}` });
  if (!bought) return null;
  const form = el("form", { class: "form" }, el("h3", {}, "You bought this: what do you think?"),
    el("label", {}, "Stars", el("select", { name: "rating", required: true },
      [5, 4, 3, 2, 1].map((n) => el("option", { value: n }, `${count(n, "star")}`)))),
    el("label", {}, "Your name, as others will see it", el("input", { name: "author", required: true, maxlength: 60, autocomplete: "nickname" })),
    el("label", {}, "In a few words", el("input", { name: "title", maxlength: 120 })),
    el("label", {}, "Review", el("textarea", { name: "body", rows: 4, maxlength: 4000 })),
    el("p", { class: "error", role: "alert" }), el("button", { class: "strong" }, "Publish"));
  const [button, error] = [form.querySelector("button"), form.querySelector(".error")];
  const publish = async () => {
    const said = Object.fromEntries(new FormData(form));
    await insert("review", { ...said, rating: Number(said.rating), product_id: product.id, customer_id: shopper });
    announce("Thank you for your review.");
    form.replaceChildren(el("p", {}, "Thank you. Your review is published."));
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(button, publish, (problem) => {
      error.textContent = problem.code === "23505" ? "You have reviewed this product already." : explain(problem);
    });
  });
  return form;
}

export async function productPage([slug]) {
  const product = await find(slug);
  if (!product) return null;
  const [{ byId }, pictures, said, form] = await Promise.all(
    [categories(), images(product.id), reviewList(product), reviewForm(product)]);
  const category = byId.get(product.category_id);
  const department = byId.get(category.parent_id) ?? category;
  return {
    title: product.name,
    department: department.slug,
    content: [
      crumbs(["Start", "#/"], [department.name, `#/c/${department.slug}`], [category.name, `#/c/${category.slug}`], [product.name]),
      el("div", { class: "product" }, gallery(pictures),
        el("div", {}, el("h1", {}, product.name), el("p", { class: "lead" }, product.summary),
          product.rating_count > 0 && el("p", {}, stars(product.rating_average, count(product.rating_count, "review"))),
          el("p", { class: "price big" }, el("strong", {}, money(product.price_cents, product.currency)), " ", stockWords(product.stock)),
          product.stock > 0 && buyForm(product), paragraphs(product.description), facts(product.attributes),
          el("p", { class: "soft" }, `Article ${product.sku}`))),
      el("section", { "aria-labelledby": "reviews-title" }, el("h2", { id: "reviews-title" }, "Reviews"),
        product.rating_count === 0 && el("p", {}, "Nobody has written one yet."), said, form),
    ],
  };
}
