// Makes elements. Text is always set as text: nothing that comes from data is read as HTML.

// el("a", {href: "#/"}, "Home"): names that begin with "on" are listeners; false, null and undefined
// leave an attribute or child out.
export function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const announcer = document.getElementById("announce");
let clearing = 0;

// Says something at the edge of the page, and to screen readers.
export function announce(text) {
  announcer.textContent = text;
  clearTimeout(clearing);
  clearing = setTimeout(() => { announcer.textContent = ""; }, 6000);
}

export function stars(average, ratings) {
  const full = Math.round(average);
  return el("span", { class: "stars" },
    el("span", { "aria-hidden": "true" }, "★".repeat(full) + "☆".repeat(5 - full)),
    el("span", { class: "hidden" }, `${average} of 5 stars`),
    ratings !== undefined && el("span", { class: "soft" }, ` (${ratings})`));
}

export function crumbs(...links) {
  return el("nav", { class: "crumbs", "aria-label": "You are here" },
    el("ol", {}, links.map(([text, href]) => el("li", {}, href ? el("a", { href }, text) : text))));
}

// Runs `work` with the button disabled, so that it cannot be started twice; errors go to `failed`.
export async function busy(button, work, failed) {
  if (button.disabled) return;
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    failed(error);
  } finally {
    button.disabled = false;
  }
}
