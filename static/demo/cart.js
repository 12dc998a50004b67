// The shopper's cart on the server, and how many pieces are in it in the page's head.
import { insert, remove, row, rows, update } from "./api.js";
import { shopperId, signIn } from "./session.js";
import { count } from "./words.js";

export const kMostPieces = 99; // of one product: a CHECK of the schema

let cart = null; // {id, lines: Map of product id to quantity}

function show() {
  const pieces = [...(cart?.lines.values() ?? [])].reduce((sum, quantity) => sum + quantity, 0);
  const badge = document.getElementById("cart-count");
  badge.textContent = pieces;
  badge.hidden = pieces === 0;
  const words = pieces ? count(pieces, "item") : "empty";
  document.getElementById("cart-link").setAttribute("aria-label", `Cart, ${words}`);
}

// The cart as the server has it now, or null if this shopper has none yet.
export async function load() {
  const shopper = shopperId();
  const found = shopper && await row("cart", { select: "id", customer_id: `eq.${shopper}` });
  cart = found ? { id: found.id, lines: await readLines(found.id) } : null;
  show();
  return cart;
}

async function readLines(id) {
  const lines = await rows("cart_line", { select: "product_id,quantity", cart_id: `eq.${id}`, order: "product_id" });
  return new Map(lines.map((line) => [line.product_id, line.quantity]));
}

// Inserts a row that may be there already, from another tab or an earlier try.
async function insertOnce(table, values) {
  try {
    await insert(table, values);
  } catch (error) {
    if (error.code !== "23505") throw error;
  }
}

async function open() {
  const shopper = await signIn();
  if (await load()) return cart;
  await insertOnce("customer", { id: shopper });
  await insertOnce("cart", { customer_id: shopper });
  return load();
}

// Adds pieces of a product and returns how many are in the cart then.
export async function add(productId, pieces) {
  await open();
  const quantity = Math.min(kMostPieces, (cart.lines.get(productId) ?? 0) + pieces);
  await setQuantity(productId, quantity);
  return quantity;
}

// Sets how many pieces of a product are in the cart, 0 takes it out, and returns the cart.
export async function setQuantity(productId, quantity) {
  const line = { cart_id: `eq.${cart.id}`, product_id: `eq.${productId}` };
  if (quantity === 0) await remove("cart_line", line);
  else if (cart.lines.has(productId)) await update("cart_line", line, { quantity });
  else await insert("cart_line", { cart_id: cart.id, product_id: productId, quantity });
  return load();
}
