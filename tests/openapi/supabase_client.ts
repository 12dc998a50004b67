// The shop through supabase-js, typed by `prodev types` (database.ts, made by the test). What must not
// compile is marked; tsc fails when it does.
import { createClient } from "@supabase/supabase-js";
import type { Database } from "./database.js";

class NoSocket {} // the client wants one, and no channel is opened here

const [origin, key] = process.argv.slice(2);
const supabase = createClient<Database>(origin!, key!, { realtime: { transport: NoSocket as never } });

type Product = Database["public"]["Tables"]["product"]["Row"];

export async function cheapest(): Promise<Pick<Product, "id" | "name" | "price_cents">[]> {
  const { data, error } = await supabase
    .from("product").select("id,name,price_cents").eq("is_active", true).order("price_cents").order("id").limit(2);
  if (error) throw error;
  return data;
}

export async function withCategory(): Promise<string[]> {
  const { data } = await supabase.from("product").select("name,category(name),review(rating)").limit(2);
  return (data ?? []).map((product) => `${product.name} ${product.category.name} ${product.review.length}`);
}

export async function change(): Promise<void> {
  await supabase.from("category").insert({ name: "Tools", slug: "tools" });
  await supabase.from("order").update({ status: "shipped" }).eq("id", 1);
  // @ts-expect-error a category needs a name
  await supabase.from("category").insert({ slug: "tools" });
  // @ts-expect-error an order cannot have this status
  await supabase.from("order").update({ status: "lost" }).eq("id", 1);
  // @ts-expect-error a generated column cannot be written
  await supabase.from("product").update({ rating_average: 5 }).eq("id", 1);
  // @ts-expect-error a view without INSTEAD OF triggers cannot be written
  await supabase.from("product_card").insert({ id: 1 });
  // @ts-expect-error there is no such table
  await supabase.from("products").select();
}

export async function columns(): Promise<void> {
  const { data } = await supabase.from("product").select("id,attributes").single();
  const id: number | undefined = data?.id;
  // @ts-expect-error it was not selected
  data?.name;
  void id;
}

for (const product of await cheapest()) console.log(product.id, product.name, product.price_cents);
