// Lists notes and adds them, over the REST interface that prodev makes of the table.

const list = document.querySelector("#notes");
const form = document.querySelector("#add");
const status = document.querySelector("#status");

async function call(path, options) {
  const response = await fetch(`/rest/v1/${path}`, options);
  if (response.ok) return response.json();
  const error = await response.json().catch(() => ({}));
  throw new Error(error.message ?? `The server answered ${response.status}.`);
}

function item(note) {
  const time = document.createElement("time");
  time.dateTime = note.created_at;
  time.textContent = new Date(note.created_at).toLocaleString();
  const text = document.createElement("span");
  text.textContent = note.body; // never innerHTML: anybody may have written it
  const row = document.createElement("li");
  row.append(text, " ", time);
  return row;
}

async function load() {
  const notes = await call("notes?select=id,body,created_at&order=created_at.desc,id.desc&limit=50");
  list.replaceChildren(...notes.map(item));
  status.textContent = notes.length ? "" : "No notes yet.";
}

async function add(body) {
  const [note] = await call("notes", {
    method: "POST",
    headers: { "Content-Type": "application/json", Prefer: "return=representation" },
    body: JSON.stringify({ body }),
  });
  list.prepend(item(note));
  status.textContent = "Added.";
}

// What goes wrong is told to people, not only to the console.
async function attempt(action) {
  try {
    await action();
  } catch (error) {
    status.textContent = error.message;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    await add(form.elements.body.value);
    form.reset();
  });
});

attempt(load);
