"""Finds includes under a source tree that point up or sideways in the ranks of ranks.txt."""

import pathlib
import re

RANKS_FILE = pathlib.Path(__file__).with_name("ranks.txt")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def load_ranks(path=RANKS_FILE):
    """Folder name -> rank."""
    ranks = {}
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            rank, *folders = line.split()
            ranks.update({folder: int(rank) for folder in folders})
    return ranks


def violations(tree, ranks):
    """One sentence for each include that is against the ranks."""
    found = []
    for path in sorted(tree.rglob("*")):
        if path.suffix not in {".h", ".cpp"} or path.parent == tree:
            continue  # main.cpp stands above all folders
        folder = path.relative_to(tree).parts[0]
        if folder not in ranks:
            found.append(f"{path}: the folder {folder} has no rank in ranks.txt")
            continue
        for included in INCLUDE.findall(path.read_text()):
            target = included.split("/")[0]
            if "/" not in included:
                found.append(f'{path}: includes "{included}" without its folder')
            elif target not in ranks:
                found.append(f'{path}: includes "{included}" of a folder without a rank')
            elif target != folder and ranks[target] >= ranks[folder]:
                found.append(f'{path}: {folder} may not include "{included}"')
    return found
