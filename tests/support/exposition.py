"""A strict reader of the Prometheus text format, version 0.0.4."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


class Family:
    def __init__(self, kind):
        self.kind = kind
        self.samples = {}  # (name, sorted labels) -> value


def parse_labels(text):
    labels, at = {}, 0
    while at < len(text):
        found = LABEL.match(text, at)
        assert found, f"labels {text!r}"
        assert found[1] not in labels, f"label {found[1]} twice in {text!r}"
        labels[found[1]] = found[2]
        at = found.end()
    return labels


def parse_exposition(text):
    """{family: Family}. AssertionError names the line that breaks a rule of the format."""
    assert text.endswith("\n"), "the last line ends with a line feed"
    families, name, helped = {}, None, None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            helped = line.split(" ", 3)[2]
            assert len(line.split(" ", 3)) == 4 and helped not in families, line
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in families, f"family {name} appears twice"
            assert name == helped and kind in SUFFIXES, line
            families[name] = Family(kind)
        else:
            found = SAMPLE.fullmatch(line)
            assert found and name, f"sample {line!r}"
            family = families[name]
            assert found[1] in [name + suffix for suffix in SUFFIXES[family.kind]], f"{line!r} below {name}"
            key = found[1], tuple(sorted(parse_labels(found[2] or "").items()))
            assert key not in family.samples, f"sample {line!r} appears twice"
            family.samples[key] = float(found[3])
    for name, family in families.items():
        assert family.samples, f"family {name} has no sample"
        if family.kind == "counter":
            assert name.endswith("_total") and min(family.samples.values()) >= 0, name
        if family.kind == "histogram":
            check_histogram(name, family)
    return families


def metric_of(client, name, **labels):
    """What /metrics says now of a counter or gauge."""
    families = parse_exposition(client.get("/metrics").body.decode())
    return families[name].samples[name, tuple(sorted(labels.items()))]


def check_histogram(name, family):
    """Buckets grow, end with +Inf, and agree with the count."""
    series = {}
    for (sample, labels), value in family.samples.items():
        rest = tuple(label for label in labels if label[0] != "le")
        one = series.setdefault(rest, {"buckets": []})
        if sample == name + "_bucket":
            one["buckets"].append((float(dict(labels)["le"]), value))
        else:
            one[sample.removeprefix(name)] = value
    for labels, one in series.items():
        bounds = [bound for bound, _ in one["buckets"]]
        counts = [count for _, count in one["buckets"]]
        assert bounds == sorted(bounds) and bounds[-1] == float("inf"), f"bounds of {name} {labels}"
        assert counts == sorted(counts), f"buckets of {name} {labels} do not grow"
        assert counts[-1] == one["_count"], f"count of {name} {labels}"
        assert (one["_sum"] > 0) <= (one["_count"] > 0), f"sum of {name} {labels}"
