// How figures are written on the page.

export function duration(seconds) {
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${(seconds * 1e3).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
  return `${seconds.toFixed(1)} s`;
}

// Of what quantile() answers.
export function latency(quantile) {
  if (quantile === null) return "–";
  return (quantile.under ? "< " : "") + duration(quantile.value);
}

export function rate(perSecond) {
  if (perSecond >= 1000) return Math.round(perSecond).toLocaleString("en");
  return perSecond.toFixed(perSecond < 10 ? 1 : 0);
}

export function mebibytes(bytes) {
  return `${(bytes / 1048576).toFixed(1)} MiB`;
}

export function age(seconds) {
  const parts = [
    [Math.floor(seconds / 86400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [Math.floor(seconds) % 60, "s"],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first < 0) return "0 s";
  return parts.slice(first, first + 2).map(([amount, unit]) => `${amount} ${unit}`).join(" ");
}
