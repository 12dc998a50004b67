// Address, shipping, total, and the order. The order is one insert: the schema's triggers copy the
// cart, take the stock and empty the cart in the same transaction, or refuse all of it.
import { insert, row, rows, update } from "../api.js";
import { load } from "../cart.js";
import { busy, el } from "../dom.js";
import { shopperId } from "../session.js";
import { explain, money } from "../words.js";
import { priced } from "./cart.js";

const kAddress = ["recipient", "street", "postal_code", "city", "country"];
const kCountries = { AT: "Austria", BE: "Belgium", CH: "Switzerland", DE: "Germany", DK: "Denmark", ES: "Spain",
  FR: "France", IE: "Ireland", IT: "Italy", LU: "Luxembourg", NL: "Netherlands", PL: "Poland", PT: "Portugal",
  SE: "Sweden" };

function field(label, name, value, attributes) {
  return el("label", {}, label, el("input", { name, value: value ?? "", required: true, ...attributes }));
}

function addressFields(customer, address) {
  return el("fieldset", {}, el("legend", {}, "Where to"),
    field("Name", "recipient", address?.recipient ?? customer?.name, { maxlength: 120, autocomplete: "name" }),
    field("Email, for the confirmation", "email", customer?.email, { type: "email", maxlength: 254, autocomplete: "email" }),
    field("Street and number", "street", address?.street, { maxlength: 200, autocomplete: "street-address" }),
    el("div", { class: "pair" },
      field("Postal code", "postal_code", address?.postal_code, { minlength: 2, maxlength: 16, autocomplete: "postal-code" }),
      field("City", "city", address?.city, { maxlength: 100, autocomplete: "address-level2" })),
    el("label", {}, "Country", el("select", { name: "country", autocomplete: "country" },
      Object.entries(kCountries).map(([code, name]) =>
        el("option", { value: code, selected: code === (address?.country ?? "DE") }, name)))));
}

function costOf(method, items_cents) {
  const free = method.free_from_cents !== null && items_cents >= method.free_from_cents;
  return free ? 0 : method.price_cents;
}

function shippingFields(methods, items_cents) {
  return el("fieldset", {}, el("legend", {}, "Shipping"), methods.map((method, i) =>
    el("label", { class: "check" },
      el("input", { type: "radio", name: "shipping", value: method.code, checked: i === 0 }),
      el("span", {}, el("strong", {}, method.name), ` ${costOf(method, items_cents) ? money(costOf(method, items_cents)) : "free"}`,
        el("br"), el("span", { class: "soft" }, method.description)))));
}

function summary(cart) {
  return el("ul", { class: "plain" }, cart.lines.map(({ quantity, product }) =>
    el("li", { class: "between" }, el("span", {}, `${quantity} × ${product.name}`),
      el("span", {}, money(quantity * product.price_cents)))));
}

// The address as typed: the last one if it is the same, else a new one. Orders keep a copy.
async function addressId(said, known, shopper) {
  const typed = Object.fromEntries(kAddress.map((name) => [name, said[name].trim()]));
  if (known && kAddress.every((name) => known[name] === typed[name])) return known.id;
  return (await insert("address", { customer_id: shopper, ...typed }, "id")).id;
}

async function place(said, { cartId, address, total_cents }) {
  const shopper = shopperId();
  await update("customer", { id: `eq.${shopper}` }, { name: said.recipient.trim(), email: said.email.trim() });
  return insert("order", {
    customer_id: shopper,
    cart_id: cartId,
    address_id: await addressId(said, address, shopper),
    shipping_method: said.shipping,
    agreed_total_cents: total_cents,
    note: said.note.trim(),
  }, "id");
}

function formOf(cart, cartId, { customer, address, methods }) {
  const total = el("strong", {});
  const shipping = el("span", {});
  const error = el("p", { class: "error", role: "alert" });
  const button = el("button", { class: "strong" }, "Place the order");
  const form = el("form", { class: "checkout" },
    el("div", { class: "form" }, addressFields(customer, address), shippingFields(methods, cart.items_cents),
      el("label", {}, "A word to us (optional)", el("textarea", { name: "note", rows: 2, maxlength: 500 }))),
    el("section", { class: "summary", "aria-labelledby": "summary-title" }, el("h2", { id: "summary-title" }, "Your order"), summary(cart),
      el("p", { class: "between" }, "Shipping", shipping),
      el("p", { class: "between total", "aria-live": "polite" }, "Total", total),
      error, button, el("p", { class: "soft" }, "This is a demo: nothing is charged, nothing is sent.")));
  const totalCents = () => cart.items_cents + costOf(methods.find((m) => m.code === form.elements.shipping.value), cart.items_cents);
  const addUp = () => {
    total.textContent = money(totalCents());
    shipping.textContent = totalCents() > cart.items_cents ? money(totalCents() - cart.items_cents) : "free";
  };
  form.addEventListener("change", addUp);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    error.textContent = "";
    busy(button, async () => {
      const order = await place(Object.fromEntries(new FormData(form)), { cartId, address, total_cents: totalCents() });
      await load();
      location.hash = `#/orders/${order.id}?placed=1`;
    }, (problem) => { error.textContent = explain(problem); });
  });
  addUp();
  return form;
}

export async function checkoutPage() {
  const cart = await load();
  const heading = el("h1", {}, "Checkout");
  if (!cart || cart.lines.size === 0) {
    return { title: "Checkout", content: [heading, el("p", {}, "Your cart is empty. ", el("a", { href: "#/" }, "Have a look around"))] };
  }
  const shopper = shopperId();
  const [bill, customer, address, methods] = await Promise.all([
    priced(cart),
    row("customer", { select: "name,email", id: `eq.${shopper}` }),
    row("address", { select: `id,${kAddress.join()}`, customer_id: `eq.${shopper}`, order: "id.desc.nullslast" }),
    rows("shipping_method", { select: "code,name,description,price_cents,free_from_cents", order: "position" })]);
  if (bill.problems) {
    return { title: "Checkout", content: [heading, el("p", { class: "notice" },
      "Something in your cart is not to be had as it is. ", el("a", { href: "#/cart" }, "Back to the cart"))] };
  }
  return { title: "Checkout", content: [heading, formOf(bill, cart.id, { customer, address, methods })] };
}
