// Fires requests from the browser and shows how long each took.
import { drawDistribution } from "./charts.js";
import { rate } from "./format.js";
import { site } from "../site.js";

// Milliseconds of each answer, and how many were no success.
async function fire(path, count, parallel) {
  const times = [];
  let failed = 0;
  let left = count;
  const worker = async () => {
    while (left > 0) {
      --left;
      const started = performance.now();
      try {
        const response = await fetch(site(path), { cache: "no-store" });
        await response.arrayBuffer();
        times.push(performance.now() - started);
        if (!response.ok) ++failed;
      } catch {
        ++failed;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, worker));
  return { times, failed };
}

function summary(times, failed, seconds) {
  if (times.length === 0) return `No answer to any of ${failed} requests.`;
  const sorted = [...times].sort((a, b) => a - b);
  const at = (q) => `${sorted[Math.floor(q * (sorted.length - 1))].toFixed(1)} ms`;
  const trouble = failed > 0 ? `; ${failed} without success` : "";
  return `${times.length} answers in ${seconds.toFixed(2)} s, ${rate(times.length / seconds)} per ` +
    `second${trouble}. p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, slowest ${at(1)}.`;
}

export function startLoadForm() {
  const form = document.getElementById("load");
  const result = document.getElementById("load-result");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    result.textContent = "Firing…";
    const started = performance.now();
    const { path, count, parallel } = form.elements;
    const { times, failed } =
      await fire(path.value, count.valueAsNumber, parallel.valueAsNumber);
    result.textContent = summary(times, failed, (performance.now() - started) / 1000);
    const plot = document.getElementById("distribution");
    if (times.length > 0) drawDistribution(plot, times);
    else plot.replaceChildren();
    button.disabled = false;
  });
}
