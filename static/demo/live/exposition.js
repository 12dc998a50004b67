// Reads the Prometheus text format as far as this server writes it.

// [{name, labels: {…}, value}] in the order of the text.
export function parseExposition(text) {
  const samples = [];
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const space = line.lastIndexOf(" ");
    const series = line.slice(0, space);
    const brace = series.indexOf("{");
    samples.push({
      name: brace < 0 ? series : series.slice(0, brace),
      labels: brace < 0 ? {} : parseLabels(series.slice(brace)),
      value: parseNumber(line.slice(space + 1)),
    });
  }
  return samples;
}

function parseNumber(text) {
  if (text === "+Inf") return Infinity;
  if (text === "-Inf") return -Infinity;
  return Number(text);
}

function parseLabels(text) {
  const labels = {};
  for (const [, name, value] of text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
    labels[name] = value.replace(/\\n/g, "\n").replace(/\\(["\\])/g, "$1");
  }
  return labels;
}

export function find(samples, name) {
  return samples.find((sample) => sample.name === name);
}

// The sum of a family's samples for which `matches(labels)` holds.
export function sum(samples, name, matches = () => true) {
  let total = 0;
  for (const sample of samples) {
    if (sample.name === name && matches(sample.labels)) total += sample.value;
  }
  return total;
}

// Cumulative buckets of a histogram: [{bound, count}], in seconds, from the lowest bound to Infinity.
export function buckets(samples, name, matches = () => true) {
  return samples
    .filter((sample) => sample.name === `${name}_bucket` && matches(sample.labels))
    .map((sample) => ({ bound: parseNumber(sample.labels.le), count: sample.value }))
    .sort((a, b) => a.bound - b.bound);
}

// What `now` counted beyond `before`; both from the same histogram.
export function bucketsSince(now, before) {
  return now.map(({ bound, count }, i) => ({ bound, count: count - (before[i]?.count ?? 0) }));
}

// The quantile q in seconds: {value, under} or null without observations. Like PromQL's
// histogram_quantile it assumes an even spread inside a bucket, but for the lowest one, about which
// only "less than its bound" is said: `under` is true then.
export function quantile(q, counted) {
  const total = counted.at(-1)?.count ?? 0;
  if (!(total > 0)) return null;
  const rank = q * total;
  const i = counted.findIndex(({ count }) => count >= rank);
  if (i === 0) return { value: counted[0].bound, under: true };
  const low = counted[i - 1];
  if (counted[i].bound === Infinity) return { value: low.bound, under: false };
  const share = (rank - low.count) / (counted[i].count - low.count);
  return { value: low.bound + share * (counted[i].bound - low.bound), under: false };
}
