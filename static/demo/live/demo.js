// The live page: asks the server every second while it is visible, and draws what it says.
import { LineChart } from "./charts.js";
import { buckets, bucketsSince, find, parseExposition, quantile, sum } from "./exposition.js";
import { age, duration, latency, mebibytes, rate } from "./format.js";
import { startHeadersForm } from "./headers.js";
import { startLoadForm } from "./load.js";
import { site } from "../site.js";

const kEvery_ms = 1000;
const kWindow = 10; // looks back for quantiles
const kDuration = "http_request_duration_seconds";
const kLag = "prodev_loop_lag_seconds";

const element = (id) => document.getElementById(id);
const charts = {
  requests: new LineChart(element("charts"), "Requests per second", rate),
  p50: new LineChart(element("charts"), "p50 of all routes", duration),
  p99: new LineChart(element("charts"), "p99 of all routes", duration),
  connections: new LineChart(element("charts"), "Open connections", (n) => n.toFixed(0)),
  lag: new LineChart(element("charts"), "Turn of a loop, p99", duration),
  memory: new LineChart(element("charts"), "Resident memory", mebibytes),
  cpu: new LineChart(element("charts"), "CPU, of one core", (share) => `${(100 * share).toFixed(1)} %`),
};

let history = []; // {at_s, samples}, oldest first; of one server process only
let tookOver = ""; // what is said of the process before this one

function notice(text) {
  const place = element("notice");
  if (place.textContent !== text) place.textContent = text;
  place.hidden = text === "";
}

function show(id, text, good) {
  element(id).textContent = text;
  element(id).classList.toggle("bad", !good);
}

async function ask(path) {
  return fetch(site(path), { cache: "no-store", signal: AbortSignal.timeout(5000) });
}

async function showState() {
  const started = performance.now();
  const health = await ask("/healthz");
  const took = performance.now() - started;
  show("health", health.ok ? `ok, ${took.toFixed(1)} ms` : `answers ${health.status}`, health.ok);
  const ready = await ask("/readyz");
  const said = await ready.json();
  show("ready", ready.ok ? "yes" : said.message, ready.ok);
}

async function readMetrics() {
  const response = await ask("/metrics");
  if (response.ok) return parseExposition(await response.text());
  notice(response.status === 403
    ? "/metrics answers clients on the server’s own machine only. Start the server with " +
      "--metrics-access any to see the figures from here."
    : `/metrics answers ${response.status}, so there are no figures to draw.`);
  element("figures").hidden = true;
  return null;
}

function value(samples, name) {
  return find(samples, name)?.value ?? null;
}

// Forgets the history of a process that has been followed by another one.
function notePredecessor(samples) {
  const start = value(samples, "process_start_time_seconds");
  const before = history.length > 0 ? value(history.at(-1).samples, "process_start_time_seconds") : start;
  if (start === before) return;
  history = [];
  tookOver = `A new server process answers since ${new Date().toLocaleTimeString()}.`;
}

function drawCharts(now, before) {
  const elapsed_s = now.at_s - before.at_s;
  const perSecond = (name) => (sum(now.samples, name) - sum(before.samples, name)) / elapsed_s;
  const allRoutes = (entry, name) => addUp(entry.samples, name);
  const durations = bucketsSince(allRoutes(now, kDuration), allRoutes(before, kDuration));
  const lag = bucketsSince(buckets(now.samples, kLag), buckets(before.samples, kLag));
  charts.requests.add(perSecond("http_requests_total"));
  charts.p50.add(quantile(0.5, durations)?.value ?? null);
  charts.p99.add(quantile(0.99, durations)?.value ?? null);
  charts.connections.add(value(now.samples, "prodev_connections"));
  charts.lag.add(quantile(0.99, lag)?.value ?? null);
  charts.memory.add(value(now.samples, "process_resident_memory_bytes"));
  charts.cpu.add(perSecond("process_cpu_seconds_total"));
}

// The buckets of all routes together.
function addUp(samples, name) {
  const counts = new Map();
  for (const { bound, count } of buckets(samples, name)) {
    counts.set(bound, (counts.get(bound) ?? 0) + count);
  }
  return [...counts].map(([bound, count]) => ({ bound, count }));
}

function routeRow(route, now, before) {
  const here = (labels) => labels.route === route;
  const count = (entry, code) => sum(entry.samples, "http_requests_total",
    (labels) => here(labels) && (code === undefined || labels.code === code));
  const total = count(now);
  if (total === 0) return null;
  const counted = bucketsSince(buckets(now.samples, kDuration, here),
    buckets(before.samples, kDuration, here));
  const perSecond = (total - count(before)) / (now.at_s - before.at_s);
  const tr = document.createElement("tr");
  const cells = [total.toLocaleString("en"), rate(perSecond), latency(quantile(0.5, counted)),
    latency(quantile(0.99, counted)), count(now, "4xx"), count(now, "5xx")];
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = route;
  tr.append(name);
  for (const text of cells) {
    const cell = tr.insertCell();
    cell.className = "n";
    cell.textContent = text;
  }
  return tr;
}

function drawRoutes(now, before) {
  const routes = new Set(now.samples.filter((sample) => sample.name === "http_requests_total")
    .map((sample) => sample.labels.route));
  const rows = [...routes].map((route) => routeRow(route, now, before)).filter((tr) => tr !== null);
  element("routes").replaceChildren(...rows);
}

function showProcess(samples) {
  const build = find(samples, "prodev_build_info")?.labels;
  if (build) show("version", `${build.version} (${build.commit})`, true);
  const start = value(samples, "process_start_time_seconds");
  if (start) show("uptime", age(Math.max(0, Date.now() / 1000 - start)), true);
}

async function look() {
  await showState();
  const samples = await readMetrics();
  if (samples === null) return;
  element("figures").hidden = false;
  notePredecessor(samples);
  notice(tookOver);
  showProcess(samples);
  const now = { at_s: performance.now() / 1000, samples };
  if (history.length > 0) {
    drawCharts(now, history.at(-1));
    drawRoutes(now, history[0]);
  }
  history.push(now);
  if (history.length > kWindow) history.shift();
}

async function watch() {
  for (;;) {
    const next = performance.now() + kEvery_ms;
    if (document.visibilityState === "visible") {
      try {
        await look();
      } catch {
        show("health", "no answer", false);
        show("ready", "no answer", false);
        notice("The server does not answer; trying again every second.");
      }
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
  }
}

startLoadForm();
startHeadersForm();
watch();
