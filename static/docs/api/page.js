// Shows /openapi.json as the bearer of the token in the bar has it, and sends the token with what is
// tried out. The token stays in this tab: sessionStorage ends with it.
"use strict";

const kKey = "prodev-api-token";
const field = document.getElementById("token");
let token = sessionStorage.getItem(kKey) ?? "";

// The claim `role` of a token, for the eye; the server is who checks it.
function roleOf(jwt) {
  if (!jwt) return "anon";
  try {
    const payload = jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(payload)).role ?? "not told";
  } catch {
    return "not a token";
  }
}

function show() {
  field.value = token;
  document.getElementById("role").textContent = `role: ${roleOf(token)}`;
  SwaggerUIBundle({
    url: "../../openapi.json",
    dom_id: "#api",
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    filter: true,
    validatorUrl: null, // nothing is asked of other servers
    syntaxHighlight: { theme: "obsidian" }, // of its themes the one that can be read best
    requestInterceptor(request) {
      if (token) request.headers.Authorization ??= `Bearer ${token}`;
      return request;
    },
  });
}

// What Swagger UI leaves for assistive technology to guess: names of its selects, and keys that scroll its boxes.
function nameControls() {
  for (const select of document.querySelectorAll("#api select:not([aria-label])")) {
    const parameter = select.closest("tr[data-param-name]")?.dataset.paramName;
    select.setAttribute("aria-label", select.id === "servers" ? "Server" : parameter ?? "Media type");
  }
  for (const box of document.querySelectorAll("#api pre.microlight:not([tabindex])")) box.tabIndex = 0;
}

new MutationObserver(nameControls).observe(document.getElementById("api"), { childList: true, subtree: true });

// Swagger UI's dark colours are under a class; which ones are wanted is the reader's to say.
const dark = matchMedia("(prefers-color-scheme: dark)");
const followScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followScheme);
followScheme();

document.getElementById("caller").addEventListener("submit", (event) => {
  event.preventDefault();
  token = field.value.trim();
  if (token) sessionStorage.setItem(kKey, token);
  else sessionStorage.removeItem(kKey);
  show();
});

show();
