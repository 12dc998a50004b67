// What the shopper has ordered: the list, and one order, which is also the confirmation.
import { page, row, rows } from "../api.js";
import { cards } from "../catalog.js";
import { crumbs, el } from "../dom.js";
import { shopperId } from "../session.js";
import { count, date, money } from "../words.js";

const kStatus = { placed: "Placed", paid: "Paid", shipped: "On its way", delivered: "Delivered", cancelled: "Cancelled" };
const kShown = 50;

export async function ordersPage() {
  const heading = el("h1", {}, "Your orders");
  const found = shopperId() ? await page("order", {
    select: "id,status,total_cents,currency,placed_at", customer_id: `eq.${shopperId()}`, order: "placed_at.desc.nullslast",
  }, 0, kShown) : { rows: [] };
  if (found.rows.length === 0) {
    return { title: "Your orders", content: [heading, el("p", {}, "You have not ordered anything from this browser yet.")] };
  }
  return { title: "Your orders", content: [heading,
    el("p", { class: "soft" }, found.total > kShown ? `The latest ${kShown} of ${found.total}` : count(found.total, "order")),
    el("ul", { class: "lines" }, found.rows.map((order) => el("li", { class: "line" },
      el("div", {}, el("a", { class: "name", href: `#/orders/${order.id}` }, `Order ${order.id}`),
        el("p", { class: "soft" }, el("time", { datetime: order.placed_at }, date(order.placed_at)), `, ${kStatus[order.status]}`)),
      el("strong", { class: "sum" }, money(order.total_cents, order.currency)))))] };
}

function lineOf(line, product, currency) {
  return el("li", { class: "line" },
    product?.image_path && el("img", { src: product.image_path, alt: "", width: 72, height: 72 }),
    el("div", {}, product ? el("a", { class: "name", href: `#/p/${product.slug}` }, line.product_name) : line.product_name,
      el("p", { class: "soft" }, `${line.quantity} × ${money(line.unit_price_cents, currency)}`)),
    el("strong", { class: "sum" }, money(line.line_total_cents, currency)));
}

function sums(order) {
  return el("dl", { class: "sums" }, [["Items", order.items_cents], ["Shipping", order.shipping_cents], ["Total", order.total_cents]]
    .map(([name, cents]) => el("div", { class: "between" }, el("dt", {}, name), el("dd", {}, money(cents, order.currency)))));
}

export async function orderPage([id], query) {
  const [order, lines] = await Promise.all([
    row("order", { select: "id,status,currency,items_cents,shipping_cents,total_cents,recipient,street,postal_code," +
      "city,country,note,placed_at", id: `eq.${id}` }),
    rows("order_line", { select: "product_id,product_name,quantity,unit_price_cents,line_total_cents",
      order_id: `eq.${id}`, order: "product_id" })]);
  if (!order) return null;
  const found = await cards(lines.map((line) => line.product_id));
  const placed = query.get("placed") === "1";
  return {
    title: placed ? "Thank you" : `Order ${order.id}`,
    content: [
      crumbs(["Start", "#/"], ["Orders", "#/orders"], [`Order ${order.id}`]),
      el("h1", {}, placed ? "Thank you for your order" : `Order ${order.id}`),
      el("p", { class: "lead" }, `Order ${order.id} of `, el("time", { datetime: order.placed_at }, date(order.placed_at)), `: ${kStatus[order.status].toLowerCase()}.`),
      el("ul", { class: "lines" }, lines.map((line) => lineOf(line, found.get(line.product_id), order.currency))),
      sums(order),
      el("h2", {}, "Sent to"),
      el("address", {}, order.recipient, el("br"), order.street, el("br"), `${order.postal_code} ${order.city}, ${order.country}`),
      order.note && el("p", { class: "soft" }, `Your word to us: ${order.note}`),
      el("p", {}, "On the page of each product you can now write a review."),
    ].filter(Boolean),
  };
}
