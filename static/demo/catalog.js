// What the shop sells, as the pages ask for it.
import { page, row, rows } from "./api.js";

const kCard = "id,category_id,slug,name,summary,price_cents,currency,stock,rating_average,rating_count," +
  "image_path,image_alt";

// By name in the address. The columns hold no nulls; saying where nulls would go keeps each order the
// one of an index of the schema.
export const kSorts = {
  rating: { label: "Best rated", order: "rating_average.desc.nullslast,id.desc.nullslast" },
  newest: { label: "Newest", order: "id.desc.nullslast" },
  cheap: { label: "Price, low to high", order: "price_cents.asc.nullsfirst,id.asc.nullsfirst" },
  dear: { label: "Price, high to low", order: "price_cents.desc.nullslast,id.desc.nullslast" },
};

let tree = null;

// All categories in the order of the menu: {byId, bySlug, departments}, each with `children`.
export function categories() {
  tree ??= rows("category", { select: "id,parent_id,slug,name,description,position", order: "position,id" })
    .then(grow)
    .catch((error) => { tree = null; throw error; });
  return tree;
}

function grow(all) {
  const byId = new Map(all.map((category) => [category.id, { ...category, children: [] }]));
  for (const category of byId.values()) byId.get(category.parent_id)?.children.push(category);
  return {
    byId,
    bySlug: new Map([...byId.values()].map((category) => [category.slug, category])),
    departments: [...byId.values()].filter((category) => category.parent_id === null),
  };
}

// One page of products: {rows, total}. `choice`: category (of the tree), words, sort, max_cents,
// inStock.
export function products(choice, first, size) {
  const query = { select: kCard, order: kSorts[choice.sort].order };
  if (choice.category) {
    const shelves = [choice.category, ...choice.category.children];
    query.category_id = shelves.length === 1 ? `eq.${shelves[0].id}` : `in.(${shelves.map((c) => c.id).join()})`;
  }
  if (choice.words?.length) query.text = choice.words.map((word) => `ilike.*${word}*`);
  if (choice.max_cents) query.price_cents = `lte.${choice.max_cents}`;
  if (choice.inStock) query.stock = "gt.0";
  return page(query.text ? "product_search" : "product_card", query, first, size);
}

// The words of a search; signs that mean something in a pattern or a list are left out.
export function searchWords(text) {
  return text.replace(/[%_*,()"'\\:]/g, " ").split(/\s+/).filter(Boolean).slice(0, 6);
}

export async function cards(ids) {
  if (ids.length === 0) return new Map();
  const found = await rows("product_card", { select: kCard, id: `in.(${ids.join()})` });
  return new Map(found.map((card) => [card.id, card]));
}

export function product(slug) {
  return row("product", {
    select: "id,category_id,sku,slug,name,summary,description,price_cents,currency,attributes,stock," +
      "rating_average,rating_count",
    slug: `eq.${slug}`,
  });
}

export function images(productId) {
  return rows("product_image", {
    select: "path,alt,width,height", product_id: `eq.${productId}`, order: "position.asc.nullsfirst",
  });
}

export function reviews(productId, first, size) {
  return page("review", {
    select: "id,author,rating,title,body,created_at", product_id: `eq.${productId}`,
    order: "created_at.desc.nullslast,id.desc.nullslast",
  }, first, size);
}
