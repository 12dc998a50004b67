"""What fills the executable, by room: each library, and each namespace of ours.

  python3 tests/architecture/sizes.py [MAP]            prints the rooms, the largest first
  python3 tests/architecture/sizes.py --budgets [MAP]  prints what sizes.txt would be for it

It reads the linker's map, which stands beside the executable. Functions and constants have sections
of their own, named after them; what has no such name (string literals, unwind tables, and what the
compiler shares between namespaces) is the room "ours, unnamed".
"""

import collections
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
BUDGETS = HERE / "sizes.txt"
SMALL = 4096  # needs no line
MAP = HERE.parents[1] / "build" / "release" / "prodev.map"

# " .text._ZN6prodev2db6Reader4restEv" [line break] "0x000000000012a0c0 0x123 file.o"
SECTION = re.compile(r"^ (\.[\w.$]+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S.*)$", re.MULTILINE)
NOT_LOADED = re.compile(r"^\.(bss|tbss|debug|comment|note\.GNU|gnu\.lto|stab|symtab|strtab)")
LIBRARY = re.compile(r"lib([\w+-]+)\.a\(")
# _ZN6prodev2db..., also behind a prefix such as _ZTV, _ZNK, _ZGVZN.
OURS = re.compile(r"_Z\w*?N[VK]*6prodev(\d+)(\w+)")
THEIRS = re.compile(r"_Z\w*?N[VK]*(\d+)(CLI|toml\w*|httplib|picojson|tl)")


def name_of_room(section, file):
    library = LIBRARY.search(file)
    if library and library[1] not in ("prodev_core", "httplib"):
        return "lib" + library[1]
    if "prodev_assets" in section:
        return "embedded files"
    found = OURS.search(section)
    if found:
        return "prodev::" + found[2][:int(found[1])]
    found = THEIRS.search(section)
    if found and (found[2] + "   ")[:int(found[1])].strip() == found[2]:
        return found[2].split("_")[0]
    if re.search(r"_Z\w*?(?:St|N[VK]*St|9__gnu_cxx)", section):
        return "std, for us"
    return "ours, unnamed"


def rooms(text):
    """Room -> bytes in the file."""
    sizes = collections.Counter()
    start = text.find("Linker script and memory map")
    # Long names stand on a line of their own.
    joined = re.sub(r"^( \.\S+)\n\s+(?=0x)", r"\1 ", text[max(start, 0):], flags=re.MULTILINE)
    for section, address, size, file in SECTION.findall(joined):
        if int(address, 16) == 0 or NOT_LOADED.match(section):
            continue  # thrown away, or not of the file
        sizes[name_of_room(section, file)] += int(size, 16)
    return sizes


def load_budgets(path=BUDGETS):
    budgets = {}
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            size, room = line.split(maxsplit=1)
            budgets[room] = int(size.replace(",", ""))
    return budgets


def violations(sizes, budgets):
    """One sentence for each room that is over its budget, and for each that has none."""
    found = []
    for room, size in sizes.most_common():
        budget = budgets.get(room)
        if budget is None and size > SMALL:
            found.append(f"{room} is new in the executable, with {size:,} bytes: a line in sizes.txt "
                         "allows it")
        elif budget is not None and size > budget:
            found.append(f"{room} has {size:,} bytes, {size - budget:,} more than the {budget:,} of "
                         "its line in sizes.txt: make it smaller, or raise the line in the commit "
                         "that needs it and say there what for")
    return found


def with_room_to_grow(size):
    """A tenth more, in whole pages."""
    return -(-size * 11 // 10 // 4096) * 4096


def main(arguments):
    budgets = arguments[:1] == ["--budgets"]
    path = pathlib.Path((arguments[budgets:] or [MAP])[0])
    if budgets:
        print("".join(line for line in BUDGETS.read_text("utf-8").splitlines(True)
                      if line.startswith("#")), end="")
    for room, size in rooms(path.read_text("utf-8", "replace")).most_common():
        print(f"{with_room_to_grow(size) if budgets else size:>12,}  {room}")


if __name__ == "__main__":
    main(sys.argv[1:])
