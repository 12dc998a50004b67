// Money, dates, and errors in words for people.
import { ApiError } from "./api.js";

const kDate = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" });

export function money(cents, currency = "EUR") {
  return new Intl.NumberFormat("en-IE", { style: "currency", currency }).format(cents / 100);
}

export function date(iso) {
  return kDate.format(new Date(iso));
}

export function count(n, one, many = `${one}s`) {
  return `${n} ${n === 1 ? one : many}`;
}

// What the shop's triggers refuse (schema/shop), and what to do about it.
const kRefusals = [
  ["not enough in stock", "There is not enough in stock for this order. Have a look at your cart: it says what is left."],
  ["the cart is empty", "Your cart is empty. If you have just ordered, the order is among your orders."],
  ["the total has changed", "A price has changed since this page was shown. Please look at the new total and order again."],
  ["no longer sold", "Something in your cart is no longer sold. Please remove it."],
  ["at most 50", "The cart is full: it holds at most 50 different products."],
  ["no such address", "This address is gone. Please enter it again."],
];

const kByCode = {
  "23505": "That is there already.",
  "23503": "This refers to something that is gone.",
  "23514": "The server did not accept one of the values. Please check what you entered.",
  "42501": "You are not allowed to do that.",
};

export function explain(error) {
  if (error.name === "TimeoutError") return "The server did not answer in time. Please try again.";
  if (error instanceof TypeError) return "The server cannot be reached. Is it running, and are you online?";
  if (!(error instanceof ApiError)) return error.message;
  const refusal = kRefusals.find(([words]) => error.message.includes(words));
  if (refusal) return refusal[1];
  if (error.status === 503) return "The shop is busy. Please try again in a moment.";
  if (error.status === 401) return "Your sign-in has expired. Please try again.";
  const words = kByCode[error.code];
  return words ?? `${error.message}${error.hint ? ` (${error.hint})` : ""}`;
}
