// What the pages of the documentation do besides being read: search, copy buttons, and lists that stand
// open where there is room for them. Without it they are all there to read.
"use strict";

// ---- The lists of pages and headings are open where they have a column of their own.

function openWhereThereIsRoom(selector, query) {
  const details = document.querySelector(selector);
  const room = matchMedia(query);
  const follow = () => { details.open = room.matches; };
  room.addEventListener("change", follow);
  follow();
}

// ---- Copy buttons.

// Of a session only the commands, without their prompts; of anything else all of it.
function textToCopy(block) {
  const commands = [...block.querySelectorAll("kbd")].map((line) => line.textContent.replace(/^\$ /, ""));
  return commands.length > 0 ? commands.join("\n") : block.querySelector("code").textContent.trimEnd();
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Browsers give pages that did not come over https no clipboard, but they obey this.
  const field = document.body.appendChild(document.createElement("textarea"));
  field.value = text;
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (!copied) throw new Error("the browser does not copy");
}

function addCopyButton(block) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await copy(textToCopy(block));
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not copied";
    }
    button.focus();
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  const holder = document.createElement("div");
  holder.className = "block";
  block.replaceWith(holder);
  holder.append(block, button);
}

// ---- Search. The index is an array of [address, page, heading, text], one for each section.

const kMostResults = 12;
const kExcerptLength = 150;

let index; // a promise, from the first use on

function loadIndex() {
  index ??= fetch("search.json").then((response) => response.json());
  return index;
}

// How well a section fits: every word must be in it, and counts more in its heading; 0 when it does not.
function score([, page, heading, text], words) {
  const title = `${heading || page} `.toLowerCase();
  const rest = `${page} ${text}`.toLowerCase();
  let sum = 0;
  for (const word of words) {
    const inTitle = title.includes(word);
    const at = rest.indexOf(word);
    if (!inTitle && at < 0) return 0;
    if (inTitle) sum += title.startsWith(word) ? 12 : 8;
    if (at >= 0) sum += 1 + Math.min(rest.split(word).length - 1, 4) / 4;
  }
  return heading ? sum : sum + 0.5;
}

function find(sections, words) {
  return sections
    .map((section) => ({ section, score: score(section, words) }))
    .filter((found) => found.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, kMostResults)
    .map((found) => found.section);
}

// The text around the first of the words, cut between words.
function excerpt(text, words) {
  const places = words.map((word) => text.toLowerCase().indexOf(word)).filter((place) => place >= 0);
  const middle = places.length > 0 ? Math.min(...places) : 0;
  const begin = middle > 60 ? text.indexOf(" ", middle - 50) + 1 : 0;
  const whole = begin + kExcerptLength >= text.length;
  const end = whole ? text.length : text.lastIndexOf(" ", begin + kExcerptLength);
  return `${begin > 0 ? "… " : ""}${text.slice(begin, end)}${whole ? "" : " …"}`;
}

function appendMarked(parent, text, words) {
  const pattern = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "i");
  text.split(pattern).forEach((piece, place) => {
    if (place % 2 === 0) return parent.append(piece);
    const mark = document.createElement("mark");
    mark.textContent = piece;
    parent.append(mark);
  });
}

function resultItem([address, page, heading, text], words) {
  const link = document.createElement("a");
  link.href = address;
  const title = document.createElement("strong");
  appendMarked(title, heading ? `${page}: ${heading}` : page, words);
  const around = document.createElement("span");
  appendMarked(around, excerpt(text, words), words);
  link.append(title, around);
  const item = document.createElement("li");
  item.append(link);
  return item;
}

function startSearch() {
  const box = document.querySelector(".search");
  const field = document.getElementById("search");
  const panel = document.getElementById("found");
  const list = document.getElementById("found-list");
  const count = document.getElementById("found-count");

  async function show() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    panel.hidden = words.length === 0;
    if (words.length === 0) return;
    try {
      const results = find(await loadIndex(), words);
      list.replaceChildren(...results.map((section) => resultItem(section, words)));
      count.textContent = results.length === 0 ? "Nothing found" :
        results.length === kMostResults ? `The best ${kMostResults}` : `${results.length} found`;
    } catch {
      index = undefined;
      count.textContent = "The index could not be loaded; is the server running?";
    }
  }

  function close() {
    panel.hidden = true;
  }

  // From the field into the results and through them with the arrow keys.
  function move(step) {
    const stops = [field, ...list.querySelectorAll("a")];
    const next = stops.indexOf(document.activeElement) + step;
    stops[Math.max(0, Math.min(next, stops.length - 1))].focus();
  }

  field.addEventListener("focus", () => { loadIndex().catch(() => { index = undefined; }); }, { once: true });
  field.addEventListener("input", show);
  box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) close(); });
  box.addEventListener("focusin", () => { if (field.value.trim() && panel.hidden) show(); });
  box.addEventListener("click", (event) => { if (event.target.closest("a")) close(); });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      field.value = "";
      field.focus();
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && event.target === field) {
      list.querySelector("a")?.click();
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.focus();
  });
  box.hidden = false;
}

openWhereThereIsRoom(".contents details", "(min-width: 52.01rem)");
openWhereThereIsRoom(".here details", "(min-width: 74.01rem)");
document.querySelectorAll("main pre").forEach(addCopyButton);
startSearch();
