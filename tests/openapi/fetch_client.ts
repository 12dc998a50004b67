// The shop through openapi-fetch, typed by the document of authenticated (paths.ts, made by the test).
// What must not compile is marked; tsc fails when it does.
import createClient from "openapi-fetch";
import type { components, paths } from "./paths.js";

type Product = components["schemas"]["product"];

const origin = process.argv[2];
const client = createClient<paths, "application/json">({ baseUrl: origin });

export async function readProducts(): Promise<Product[]> {
  const { data, error } = await client.GET("/rest/v1/product", {
    params: { query: { id: "in.(1,2)", order: "id", limit: 2 }, header: { Prefer: "count=exact" } },
  });
  if (error) throw new Error(`${error.code}: ${error.message} ${error.hint ?? ""}`);
  return data;
}

export async function fillCart(cart: number, product: number): Promise<void> {
  const one = { cart_id: cart, product_id: product, quantity: 1 };
  await client.POST("/rest/v1/cart_line", { body: one });
  await client.POST("/rest/v1/cart_line", { body: [one] });
  await client.PATCH("/rest/v1/cart_line", { params: { query: { cart_id: `eq.${cart}` } }, body: { quantity: 2 } });
  await client.DELETE("/rest/v1/cart_line", { params: { query: { cart_id: `eq.${cart}` } } });
  // @ts-expect-error a new line needs its product
  await client.POST("/rest/v1/cart_line", { body: { cart_id: cart } });
  // @ts-expect-error a quantity is a number
  await client.PATCH("/rest/v1/cart_line", { body: { quantity: "two" } });
  // @ts-expect-error shoppers may not change products
  await client.PATCH("/rest/v1/product", { body: { price_cents: 1 } });
  // @ts-expect-error there is no such column to filter by
  await client.GET("/rest/v1/product", { params: { query: { cost_cents: "eq.1" } } });
}

export function describe(product: Product): string {
  const price: number = product.price_cents;
  const average: number | null = product.rating_average;
  // @ts-expect-error what it cost the shop is for staff
  product.cost_cents;
  return `${product.id} ${product.slug} ${price} ${average}`;
}

export async function country(): Promise<string> {
  const { data } = await client.GET("/rest/v1/address");
  const first = data?.[0]?.country;
  // @ts-expect-error not one of the countries that the shop sends to
  return first === "US" ? "" : (first ?? "none");
}

for (const product of await readProducts()) console.log(describe(product));
