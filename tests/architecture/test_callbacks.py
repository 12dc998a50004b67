"""What C code calls is noexcept: an exception that crosses a frame of C is undefined behaviour."""

import pathlib
import tempfile
import unittest

import callbacks

ROOT = pathlib.Path(__file__).parents[2]


def found_in(text):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "a.cpp")
        source.write_text(text)
        return callbacks.violations(source)


class Callbacks(unittest.TestCase):
    def test_none_of_ours_may_throw(self):
        found = []
        for path in sorted((ROOT / "src").rglob("*.cpp")):
            found += callbacks.violations(path)
        self.assertEqual(found, [], "make it noexcept, and what it catches a code of SQLite")

    def test_the_known_ones_are_looked_at(self):
        seen = set()
        for path in sorted((ROOT / "src").rglob("*.cpp")):
            text = callbacks.without_comments(path.read_text())
            for registration in callbacks.REGISTRATIONS.finditer(text):
                arguments = callbacks.balanced(text, registration.end() - 1)
                seen |= {name for name in callbacks.NAME.findall(arguments)
                         if callbacks.definitions(text, name)}
        self.assertLessEqual({"judge", "check_time", "note_commit", "note", "take", "resize",
                              "json_row", "json_rows_final", "match", "extreme_step", "as_stored"},
                             seen)

    def test_a_function_that_may_throw_is_found(self):
        head = "int judge(void*, int action, const char* first)"
        use = "void f(sqlite3* h) { ::sqlite3_set_authorizer(h, judge, nullptr); }\n"
        self.assertEqual(len(found_in(head + " {\n  return 0;\n}\n" + use)), 1)
        self.assertEqual(found_in(head + " noexcept {\n  return 0;\n}\n" + use), [])

    def test_a_member_that_may_throw_is_found(self):
        use = "  ::sqlite3_progress_handler(c.handle(), 100, check, this);\n}\n"
        head = "int Deadline::check(void* deadline)"
        self.assertEqual(len(found_in("Deadline::Deadline() {\n" + use + head + " { return 0; }\n")), 1)
        self.assertEqual(
            found_in("Deadline::Deadline() {\n" + use + head + " noexcept { return 0; }\n"), [])

    def test_a_lambda_that_may_throw_is_found(self):
        use = "void f() { sqlite3_set_auxdata(c, 0, p, [](void* p)%s { delete p; }); }\n"
        self.assertEqual(len(found_in(use % "")), 1)
        self.assertEqual(found_in(use % " noexcept"), [])

    def test_a_row_of_a_table_of_functions_is_found(self):
        row = 'constexpr SqlFunction kFunctions[] = {\n    {"_x", 1, work<true>},\n};\n'
        head = "template <bool a>\nvoid work(sqlite3_context* context, int, sqlite3_value**)"
        self.assertEqual(len(found_in(head + " {\n}\n" + row)), 1)
        self.assertEqual(found_in(head + " noexcept {\n}\n" + row), [])

    def test_a_registration_that_takes_a_function_back_is_none(self):
        self.assertEqual(found_in("void f() { ::sqlite3_wal_hook(h, nullptr, nullptr); }\n"), [])


if __name__ == "__main__":
    unittest.main()
