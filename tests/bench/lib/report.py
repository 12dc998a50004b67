"""Figures to medians, ratios, targets; and those to the table and to JSON's values."""

import json
import math
import statistics

from lib.load import HANDSHAKE_CLIENTS
from lib.scenarios import SMALL_SIZE


def _spread(values):
    """Median, least and greatest, or None without values."""
    if not values:
        return None
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def _ratios(rounds, other_rounds, metrics):
    """Per metric the spread of prodev's figure over the other's in the same round."""
    ratios = {}
    for metric in metrics:
        pairs = [(ours[metric], theirs[metric]) for ours, theirs in zip(rounds, other_rounds)
                 if metric in ours and metric in theirs]
        ratios[metric] = _spread([ours / theirs for ours, theirs in pairs if theirs > 0])
    return ratios


def _target_value(target, summary):
    source = summary["contenders"].get(target.contender or "prodev", {})
    values = source.get("ratio" if target.contender else "spread", {}).get(target.metric)
    return values and values["median"]


def summarize(scenario, results, contenders, absent):
    """The scenario's part of the JSON: figures of every round, medians, ratios, targets. `absent`
    are the contenders that are not on this machine."""
    summary = {"name": scenario.name, "what": scenario.what, "contenders": {}, "problems": [],
               "absent": {c.name: c.needs for c in absent if scenario.name in c.scenarios},
               "in_process": [c.name for c in contenders if c.in_process]}
    for name, rounds in results.items():
        metrics = [key for key, _, _ in scenario.columns]
        spread = {key: _spread([r[key] for r in rounds if key in r]) for key in metrics}
        summary["contenders"][name] = {
            "rounds": rounds, "spread": spread,
            "ratio": _ratios(results.get("prodev", []), rounds, scenario.ratios)}
        summary["problems"] += [f"{name}, round {number}: {problem}"
                                for number, figures in enumerate(rounds, 1)
                                for problem in figures["problems"]]
    summary["targets"] = []
    for target in scenario.targets:
        value = _target_value(target, summary)
        summary["targets"].append({"text": target.text, "value": value, "limit": target.limit,
                                   "met": None if value is None else target.met_by(value)})
    return summary


def table(scenario, summary):
    """The scenario's figures as lines of text."""
    titles = ["contender"] + [title for _, title, _ in scenario.columns]
    ratio_key = scenario.ratios[0]
    ratio_title = next(title for key, title, _ in scenario.columns if key == ratio_key)
    rows = [titles + [f"prodev / it: {ratio_title}"]]
    for name, data in summary["contenders"].items():
        cells = [name]
        for key, _, digits in scenario.columns:
            values = data["spread"][key]
            cells.append("-" if values is None else f"{values['median']:,.{digits}f}")
        rows.append(cells + [_ratio_text(name, data["ratio"][ratio_key])])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [f"{summary['name']}: {summary['what']}"]
    for row in rows:
        numbers = [cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1])]
        lines.append("  ".join(["", row[0].ljust(widths[0]), *numbers, row[-1]]).rstrip())
    lines += [f"  {name.ljust(widths[0])}  not available: {needs}"
              for name, needs in summary["absent"].items()]
    return lines + _verdicts(summary)


def _ratio_text(name, ratio):
    if name == "prodev" or ratio is None:
        return ""
    return f"{ratio['median']:.2f} ({ratio['min']:.2f}..{ratio['max']:.2f})"


def _verdicts(summary):
    lines = []
    for target in summary["targets"]:
        if target["met"] is None:
            lines.append(f"  unknown  {target['text']}")
        else:
            verdict = "met     " if target["met"] else "MISSED  "
            lines.append(f"  {verdict} {target['text']}: {target['value']:.2f}")
    return lines + [f"  INVALID  {problem}" for problem in summary["problems"]]


def malformed(document):
    """Sentences on what the JSON document lacks: each server needs a figure for each column. One
    that runs in its own process has no latencies."""
    faults = []
    for summary in json.loads(json.dumps(document))["scenarios"]:
        for name, data in summary["contenders"].items():
            faults += [f"{summary['name']}, {name}: no figure for {key}"
                       for key, spread in data["spread"].items()
                       if (spread is None and name not in summary["in_process"])
                       or (spread is not None and not math.isfinite(spread["median"]))]
    return faults


def describe(scenario_summaries, machine, settings):
    """The whole JSON document."""
    return {"machine": machine, "settings": settings, "scenarios": scenario_summaries,
            "valid": not any(summary["problems"] for summary in scenario_summaries),
            "handshake_clients": HANDSHAKE_CLIENTS, "small_file_bytes": SMALL_SIZE}
