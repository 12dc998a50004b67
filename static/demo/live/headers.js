// Asks for a path and shows the status and headers of the answer.
import { site } from "../site.js";

const kMeanings = {
  "accept-ranges": "Parts of it can be asked for with Range",
  "allow": "The methods that this path takes",
  "cache-control": "How long a cache may use it without asking",
  "content-encoding": "How the bytes are compressed",
  "content-length": "Bytes of the body, as they travel",
  "content-security-policy": "What a page may load and run",
  "content-type": "What the bytes are",
  "cross-origin-opener-policy": "Keeps other sites’ windows apart from this one",
  "date": "When the server answered",
  "etag": "The version of the bytes; If-None-Match with it answers 304",
  "last-modified": "When the file was last changed",
  "permissions-policy": "Browser features that are switched off here",
  "referrer-policy": "What other sites learn about where a visitor came from",
  "strict-transport-security": "Browsers use https only from now on",
  "vary": "The request headers that the answer depends on",
  "x-content-type-options": "Browsers must not guess another type",
  "x-frame-options": "No page may put this one into a frame",
  "x-request-id": "The same id stands in the server’s log",
};

function row(name, value) {
  const tr = document.createElement("tr");
  for (const text of [name, value]) {
    const code = document.createElement("code");
    code.textContent = text;
    tr.insertCell().append(code);
  }
  tr.insertCell().textContent = kMeanings[name] ?? "";
  return tr;
}

async function ask(path, method) {
  const line = document.getElementById("status-line");
  const body = document.getElementById("headers");
  try {
    const response = await fetch(site(path), { method, cache: "no-store" });
    const size = (await response.arrayBuffer()).byteLength;
    line.textContent = `${response.status} ${response.statusText}, ${size} bytes of body`;
    body.replaceChildren(...[...response.headers].map(([name, value]) => row(name, value)));
  } catch {
    line.textContent = `${path} was not answered.`;
    body.replaceChildren();
  }
}

export function startHeadersForm() {
  const form = document.getElementById("ask");
  const submit = () => ask(form.elements.path.value, form.elements.method.value);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  submit();
}
