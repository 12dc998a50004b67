"""Stored values of each kind of column: pools small enough that they repeat."""

import json

WORDS = ["alpha", "Beta", "gamma", "Alpha", "delta ray", "über", "Über", "straße", "naïve", "日本語",
         "😀 smile", "it's", 'say "x"', "a,b", "(round)", "{curly}", "[square]", "50%", "a_b", "a*b",
         "back\\slash", "", " lead", "null", "true", "12", "x&y=z", "1+1", "%41", "line\nbreak",
         "tab\there", "a.b", "eq.5", "?", "zz"]
USERS = ["u1", "u2", "u3"]
KEYS = ["k1", "K2", "key three", "ключ", "k,5", 'k"6', "k.7", "k(8)", "k9", "k10", "k11", "k12"]
WIDE = [9007199254740993, -9007199254740993, 4611686018427387905, 9223372036854775807,
        -9223372036854775808]
LABELS = ["red", "green", "Blue", "grün", "light blue", "x,y"]


def random_value(random, column):
    """One that the column takes, NULL apart."""
    if column.owner:
        return random.choice(USERS)
    return _MAKERS[column.kind](random, column)


def _integer(random, column):
    if column.wide and random.random() < 0.5:
        return random.choice(WIDE)
    return random.randint(-3, 12)


def _real(random, column):
    if column.wide and random.random() < 0.3:
        return random.choice([1e300, -1e300, 1.5e-7, 0.1, 123456789.125])
    return random.randint(-8, 40) / 4


def _numeric(random, column):
    return _integer(random, column) if random.random() < 0.5 else random.randint(-8, 40) / 4 + 0.125


def _text(random, _):
    return random.choice(WORDS)


def _boolean(random, _):
    return random.randint(0, 1)


def _blob(random, _):
    return bytes(random.choice([0, 255, 62, 63, 65, 251]) for _ in range(random.randint(0, 4)))


def _date(random, _):
    return f"20{random.randint(19, 21)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def _timestamp(random, column):
    return f"{_date(random, column)}T{random.randint(0, 23):02}:{random.choice([0, 30]):02}:00Z"


def _uuid(random, _):
    return f"a0eebc99-9c0b-4ef8-bb6d-6bb9bd38{random.randint(0, 9):04x}"


def _json(random, column):
    return json.dumps(json_document(random, column.shape), ensure_ascii=False,
                      separators=random.choice([(",", ":"), (", ", ": ")]))


def json_document(random, shape):
    """Each key has values of one type, so that comparisons of them mean one thing."""
    if shape == "words":
        return [random.choice(LABELS) for _ in range(random.randint(0, 4))]
    if shape == "numbers":
        return [random.randint(0, 6) for _ in range(random.randint(0, 4))]
    makers = {"n": lambda: random.choice([random.randint(-2, 12), random.randint(0, 12) / 4]),
              "s": lambda: random.choice(WORDS),
              "f": lambda: random.choice([True, False]),
              "l": lambda: [random.randint(0, 3) for _ in range(random.randint(0, 3))],
              "o": lambda: {"n": random.randint(0, 5), "s": random.choice(WORDS),
                            "z": random.choice([None, 1])}}
    return {key: makers[key]() for key in makers if random.random() < 0.75}


_MAKERS = {"integer": _integer, "real": _real, "numeric": _numeric, "text": _text,
           "boolean": _boolean, "blob": _blob, "date": _date, "timestamp": _timestamp,
           "uuid": _uuid, "json": _json}
