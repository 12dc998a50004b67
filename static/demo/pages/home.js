import { categories, products } from "../catalog.js";
import { el } from "../dom.js";
import { grid } from "./cards.js";

const kBest = 8;
const kNew = 4;

function shelf(category) {
  return el("li", {}, el("a", { class: "shelf", href: `#/c/${category.slug}` },
    el("strong", {}, category.name), el("span", {}, category.description)));
}

export async function home() {
  const [{ departments }, best, latest] = await Promise.all([
    categories(), products({ sort: "rating" }, 0, kBest), products({ sort: "newest" }, 0, kNew + kBest)]);
  // What is among the best rated is not shown a second time.
  const shown = new Set(best.rows.map((card) => card.id));
  const others = latest.rows.filter((card) => !shown.has(card.id)).slice(0, kNew);
  const shelves = departments.flatMap((department) => department.children);
  return {
    title: "Kitchen, table, home",
    content: [
      el("section", { class: "hero" },
        el("div", {},
          el("h1", {}, "Things that stay"),
          el("p", {}, "For kitchen, table and home, from workshops that we know. Chosen to be used daily " +
            "and to be repaired rather than replaced."),
          el("p", {}, el("a", { class: "button", href: "#/c/kitchen" }, "Into the kitchen"))),
        el("img", { src: "images/rowan-casserole-at-home.svg", alt: "", width: 480, height: 480 })),
      el("section", { "aria-labelledby": "shelves-title" },
        el("h2", { id: "shelves-title" }, "Shelves"), el("ul", { class: "shelf-list" }, shelves.map(shelf))),
      el("section", { "aria-labelledby": "best-title" },
        el("h2", { id: "best-title" }, "Best rated"), grid(best.rows)),
      el("section", { "aria-labelledby": "new-title" },
        el("h2", { id: "new-title" }, "New in the shop"), grid(others)),
    ],
  };
}
