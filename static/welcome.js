// Lists what anybody may use: the document that an anonymous caller gets tells of nothing else. Where the
// tables of the demo shop are among it, the shop is worth a visit.

const note = document.querySelector("#tables-note");
const list = document.querySelector("#tables-list");

const WORDS = { get: "read", post: "add", patch: "change", delete: "delete" };
const PREFIX = "/rest/v1/";
const SHOP = ["category", "product_card", "product_search"];

/** The tables and views of an OpenAPI document, each with what may be done to it. */
function tablesOf(document) {
  return Object.entries(document.paths ?? {})
    .filter(([path]) => path.startsWith(PREFIX) && path.length > PREFIX.length)
    .filter(([path]) => !path.startsWith(`${PREFIX}rpc/`))
    .map(([path, methods]) => ({
      name: decodeURIComponent(path.slice(PREFIX.length)),
      path: path.slice(1), // relative, so that it holds behind a proxy's prefix
      rights: Object.keys(WORDS).filter((method) => method in methods),
    }));
}

function row({ name, path, rights }) {
  const cells = [document.createElement("td"), document.createElement("td")];
  if (rights.includes("get")) {
    const link = document.createElement("a");
    link.href = `${path}?limit=10`;
    link.textContent = name; // never innerHTML: a name may hold anything
    cells[0].append(link);
  } else {
    cells[0].textContent = name;
  }
  cells[1].textContent = rights.map((method) => WORDS[method]).join(", ");
  const line = document.createElement("tr");
  line.append(...cells);
  return line;
}

async function show() {
  const response = await fetch("openapi.json");
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const tables = tablesOf(await response.json());
  const names = new Set(tables.map(({ name }) => name));
  document.querySelector("#shop").hidden = !SHOP.every((name) => names.has(name));
  if (tables.length === 0) {
    note.textContent = "There is nothing that anybody may use without a key: there are no tables, or no policy opens one.";
    return;
  }
  note.textContent = "What anybody may use without a key. There may be more tables, open to others.";
  list.tBodies[0].replaceChildren(...tables.map(row));
  list.hidden = false;
}

// The page is of use without the list: the link to the document stays.
show().catch((error) => console.error("the tables cannot be listed:", error));
