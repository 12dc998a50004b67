"""Each library and each namespace of ours has a budget of bytes in the shipped executable, and all
together have one: growth shows where it happens."""

import collections
import os
import pathlib
import unittest

import sizes

WHOLE_BYTES = 16 * 1024 * 1024
EXECUTABLE = pathlib.Path(os.environ.get("PRODEV_BIN", sizes.MAP.with_suffix("")))

MAP = """
Discarded input sections

 .text._ZN6prodev2db4goneEv
                0x0000000000000000       0x99 libprodev_core.a(x.cpp.o)

Linker script and memory map

 .text._ZN6prodev2db6Reader4restEv
                0x000000000012a0c0       0x10 libprodev_core.a(reader.cpp.o)
 .rodata._ZN6prodev2dbL6kWordsE 0x000000000032a0c0 0x4 libprodev_core.a(reader.cpp.o)
 .text._ZNK6prodev4http6Router4findEv
                0x000000000012b0c0       0x20 /tmp/ccX.ltrans0.ltrans.o
 .data.rel.ro._ZTVN6prodev4http6RouterE
                0x000000000042b0c0       0x8 /tmp/ccX.ltrans0.ltrans.o
 .text          0x000000000013b0c0      0x100 /usr/lib/x86_64-linux-gnu/libsqlite3.a(sqlite3.o)
 .bss           0x000000000093b0c0     0x5000 /usr/lib/x86_64-linux-gnu/libsqlite3.a(sqlite3.o)
 .text._ZNSt6vectorIN6prodev2db3RowESaIS2_EE4growEv
                0x000000000014b0c0       0x40 /tmp/ccX.ltrans1.ltrans.o
 .text._ZNSt6vectorISsSaISsEE4growEv
                0x000000000014c0c0       0x30 /tmp/ccX.ltrans1.ltrans.o
 .text._ZN6SQLite8DatabaseD2Ev
                0x000000000015b0c0       0x50 /usr/lib/x86_64-linux-gnu/libSQLiteCpp.a(Database.cpp.o)
 .rodata.str1.1 0x000000000016b0c0       0x60 /tmp/ccX.ltrans1.ltrans.o
 .rodata.prodev_assets
                0x000000000017b0c0      0x200 libprodev_core.a(assets.S.o)
 .text._ZN7httplib6ClientC2Ev
                0x000000000018b0c0       0x70 libhttplib.a(httplib.cc.o)
"""


def rooms_of(path):
    return sizes.rooms(path.read_text("utf-8", "replace"))


class Sizes(unittest.TestCase):
    def test_no_room_is_larger_than_its_budget(self):
        path = EXECUTABLE.with_name("prodev.map")
        self.assertTrue(path.exists(), f"{path} is missing: build the release (packaging/build)")
        self.assertEqual(sizes.violations(rooms_of(path), sizes.load_budgets()), [])

    def test_the_whole_is_within_its_budget_and_the_rooms_are_nearly_all_of_it(self):
        whole = os.stat(EXECUTABLE).st_size
        self.assertLessEqual(whole, WHOLE_BYTES)
        found = rooms_of(EXECUTABLE.with_name("prodev.map"))
        self.assertGreater(sum(found.values()), whole * 0.9)

    def test_rooms_are_told_apart(self):
        self.assertEqual(sizes.rooms(MAP), {
            "prodev::db": 0x54, "prodev::http": 0x28, "libsqlite3": 0x100, "libSQLiteCpp": 0x50,
            "std, for us": 0x30, "ours, unnamed": 0x60, "embedded files": 0x200, "httplib": 0x70})

    def test_growth_says_where_and_by_how_much(self):
        budgets = sizes.rooms(MAP)
        self.assertEqual(sizes.violations(budgets, budgets), [])
        grown = collections.Counter(budgets)
        grown["prodev::http"] += 5
        found = sizes.violations(grown, budgets)
        self.assertEqual(len(found), 1)
        self.assertIn("prodev::http has 45 bytes, 5 more than the 40", found[0])

    def test_a_room_without_a_budget_is_found(self):
        found = sizes.violations(collections.Counter({"libnew": 7_000, "libsmall": 7}), {})
        self.assertEqual(len(found), 1)
        self.assertIn("libnew is new", found[0])


if __name__ == "__main__":
    unittest.main()
