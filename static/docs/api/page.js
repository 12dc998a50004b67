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
    requestInterceptor(request) {
      if (token) request.headers.Authorization ??= `Bearer ${token}`;
      return request;
    },
  });
}

document.getElementById("caller").addEventListener("submit", (event) => {
  event.preventDefault();
  token = field.value.trim();
  if (token) sessionStorage.setItem(kKey, token);
  else sessionStorage.removeItem(kKey);
  show();
});

show();
