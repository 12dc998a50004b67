"""Rounds: every contender of a scenario once per round, in an order that turns with the round."""

import importlib.util
import inspect
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from lib import load
from lib.contender import Contender, ContenderFailed, running
from lib.scenarios import SMALL_SIZE, Certificate, Scenario

_CONTENDERS = Path(__file__).resolve().parent.parent / "contenders"


def load_contenders(options):
    """One object per class in contenders/*.py; prodev first, the others by name."""
    found = []
    for file in sorted(_CONTENDERS.glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"contender_{file.stem}", file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found += [kind(options) for _, kind in inspect.getmembers(module, inspect.isclass)
                  if issubclass(kind, Contender) and kind.__module__ == module.__name__]
    return sorted(found, key=lambda contender: (contender.name != "prodev", contender.name))


def make_certificate(workdir):
    """A self-signed ECDSA P-256 certificate for 127.0.0.1, the same for every contender."""
    certificate = Certificate(workdir / "cert.pem", workdir / "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", certificate.key, "-out", certificate.cert], check=True, capture_output=True)
    os.chmod(certificate.key, 0o600)
    return certificate


def find_small_file(prodev, path, workdir):
    """(path, bytes, embedded): prodev's embedded file of 300 bytes, or else one made here."""
    if prodev is not None:
        with running(prodev, _fresh(workdir), Scenario("probe", "", path, {})) as (_, url):
            status, body = load.fetch(url, path)
        if status == 200 and len(body) == SMALL_SIZE:
            return path, body, True
    line = b"The quick brown fox jumps over the lazy dog.\n"
    return "/bench-300.txt", (line * SMALL_SIZE)[:SMALL_SIZE], False


def run_scenario(scenario, contenders, rounds, workdir, say):
    """{contender name: [figures of each round]}; a failed round holds only its "problems"."""
    taking_part = [c for c in contenders if scenario.name in c.scenarios]
    results = {contender.name: [] for contender in taking_part}
    for number in range(rounds):
        turn = number % max(len(taking_part), 1)
        for contender in taking_part[turn:] + taking_part[:turn]:
            say(f"{scenario.name}  round {number + 1}/{rounds}  {contender.name}")
            folder = _fresh(workdir)
            results[contender.name].append(_attempt(scenario, contender, folder))
            shutil.rmtree(folder, ignore_errors=True)
    return results


def _attempt(scenario, contender, folder):
    try:
        return scenario.run(contender, folder)
    except (ContenderFailed, load.LoadFailed, subprocess.TimeoutExpired) as error:
        return {"problems": [str(error)]}


def _fresh(workdir):
    """A new empty folder, so that no run sees what another one left."""
    return Path(tempfile.mkdtemp(dir=workdir))
