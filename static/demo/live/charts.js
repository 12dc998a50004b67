// Small SVG charts drawn by hand.

const kSvg = "http://www.w3.org/2000/svg";
const kWidth = 300;
const kHeight = 80;

function svg(name, attributes = {}, text = "") {
  const element = document.createElementNS(kSvg, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

// A line over the last `points` values, its newest value written beside the title.
export class LineChart {
  constructor(parent, title, format, points = 60) {
    this.title = title;
    this.format = format;
    this.points = points;
    this.values = [];
    const figure = document.createElement("figure");
    figure.className = "chart";
    const caption = document.createElement("figcaption");
    this.output = document.createElement("output");
    caption.append(title, this.output);
    this.svg = svg("svg", { viewBox: `0 0 ${kWidth} ${kHeight}`, role: "img" });
    this.top = svg("text", { x: 0, y: 10 });
    this.area = svg("path", { class: "area" });
    this.line = svg("path", { class: "line" });
    const base = { x1: 0, x2: kWidth, y1: kHeight - 1, y2: kHeight - 1, class: "grid" };
    this.svg.append(svg("line", base), this.area, this.line, this.top);
    figure.append(caption, this.svg);
    parent.append(figure);
  }

  // null: no value at this moment, a gap in the line.
  add(value) {
    this.values.push(value);
    if (this.values.length > this.points) this.values.shift();
    this.draw();
  }

  draw() {
    const known = this.values.filter((value) => value !== null);
    const most = Math.max(...known, Number.MIN_VALUE);
    const x = (i) => ((this.points - this.values.length + i) * kWidth) / (this.points - 1);
    const y = (value) => kHeight - 2 - (value / most) * (kHeight - 20);
    let line = "";
    let area = "";
    for (let i = 0; i < this.values.length; ++i) {
      if (this.values[i] === null) continue;
      const at = `${x(i).toFixed(1)} ${y(this.values[i]).toFixed(1)}`;
      const starts = i === 0 || this.values[i - 1] === null;
      const ends = i + 1 === this.values.length || this.values[i + 1] === null;
      line += (starts ? "M" : "L") + at;
      area += (starts ? `M${x(i).toFixed(1)} ${kHeight}L` : "L") + at;
      if (ends) area += `L${x(i).toFixed(1)} ${kHeight}Z`;
    }
    this.line.setAttribute("d", line);
    this.area.setAttribute("d", area);
    const last = this.values.at(-1) ?? null;
    this.output.textContent = last === null ? "–" : this.format(last);
    this.top.textContent = known.length > 0 ? `max ${this.format(Math.max(...known))}` : "";
    this.svg.setAttribute("aria-label", `${this.title}: now ${this.output.textContent}, ` +
      `${this.top.textContent || "no values yet"}`);
  }
}

// Bars of how many of `values` (milliseconds) fall into equal steps, up to the 99th percentile and
// a last bar for all that is slower.
export function drawDistribution(parent, values) {
  const kBars = 30;
  const kPlot = 160;
  const sorted = [...values].sort((a, b) => a - b);
  const edge = Math.max(sorted[Math.floor(0.99 * (sorted.length - 1))], 0.1);
  const counts = new Array(kBars + 1).fill(0);
  for (const value of values) ++counts[Math.min(Math.floor((value / edge) * kBars), kBars)];
  const most = Math.max(...counts);
  const step = 600 / (kBars + 1);
  const chart = svg("svg", { viewBox: `0 0 600 ${kPlot}`, role: "img" });
  chart.setAttribute("aria-label", `Distribution of ${values.length} latencies from 0 to ` +
    `${edge.toFixed(1)} ms in ${kBars} steps; the last bar holds the slower ones`);
  counts.forEach((count, i) => {
    const height = (count / most) * (kPlot - 4);
    const place = { x: i * step + 1, y: kPlot - 1 - height, width: step - 2, height };
    chart.append(svg("rect", { ...place, class: "bar" }));
  });
  chart.append(svg("line", { x1: 0, x2: 600, y1: kPlot - 1, y2: kPlot - 1, class: "grid" }));
  const scale = document.createElement("div");
  scale.className = "scale";
  for (const text of ["0 ms", `${(edge / 2).toFixed(1)} ms`, `over ${edge.toFixed(1)} ms`]) {
    scale.append(Object.assign(document.createElement("span"), { textContent: text }));
  }
  parent.replaceChildren(chart, scale);
}
