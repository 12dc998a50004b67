"""Nothing outside of the static folder, nothing hidden and nothing but regular files is served."""

import os
import pathlib
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import ServerCase, eventually  # noqa: E402

SECRET = b"this must never be sent"


class Refusals(ServerCase):
    @classmethod
    def prepare(cls):
        root = cls.root = cls.folder / "static"
        (root / "dir/inner").mkdir(parents=True)
        (root / ".well-known/acme-challenge").mkdir(parents=True)
        (root / ".git").mkdir()
        (root / "dir/.hidden").mkdir()
        (cls.folder / "secret.txt").write_bytes(SECRET)
        (cls.folder / "static-secret.txt").write_bytes(SECRET)
        (cls.folder / "outside").mkdir()
        (cls.folder / "outside/secret.txt").write_bytes(SECRET)
        for hidden in [".env", ".git/config", "dir/.htpasswd", "dir/.hidden/file.txt", ".well-known/.env"]:
            (root / hidden).write_bytes(SECRET)
        (root / ".well-known/acme-challenge/token").write_bytes(b"proof")
        (root / "a.txt").write_bytes(b"a")
        (root / "dir/inner/b.txt").write_bytes(b"b")
        (root / "back\\slash.txt").write_bytes(SECRET)
        (root / "new\nline.txt").write_bytes(SECRET)

    def assert_refused(self, target, statuses=(400, 404)):
        response = self.get(target)
        self.assertIn(response.status, statuses, target)
        self.assertNotIn(SECRET, response.body, target)
        self.assert_error(response, response.status)

    def test_dots_do_not_lead_out_of_the_folder(self):
        up = ["..", "%2e%2e", ".%2e", "%2E.", "%2e%2E"]
        for dots in up:
            for target in [f"/{dots}/secret.txt", f"/dir/{dots}/{dots}/secret.txt", f"/{dots}",
                           f"/{dots}/{dots}/{dots}/{dots}/{dots}/{dots}/etc/passwd",
                           f"/dir/inner/{dots}/{dots}/{dots}/secret.txt", f"/{dots}/outside/",
                           f"/{dots}/static-secret.txt", f"/a.txt/{dots}/{dots}/secret.txt",
                           f"/{dots};/secret.txt", f"/{dots}\\secret.txt"]:
                with self.subTest(target=target):
                    self.assert_refused(target)

    def test_dots_are_refused_even_where_they_would_stay_inside(self):
        for target in ["/dir/../a.txt", "/dir/%2e%2e/a.txt", "/./a.txt", "/%2e/a.txt", "/dir/.", "/dir/..",
                       "/dir/inner/../inner/b.txt", "/..."]:
            with self.subTest(target=target):
                self.assert_refused(target)

    def test_double_encoding_is_not_decoded_twice(self):
        for target in ["/%252e%252e/secret.txt", "/%252e%252e%252fsecret.txt", "/..%252fsecret.txt",
                       "/%25%32%65%25%32%65/secret.txt"]:
            with self.subTest(target=target):
                self.assert_refused(target)

    def test_encoded_slashes_and_backslashes_are_refused(self):
        for target in ["/dir%2finner/b.txt", "/dir%2Finner%2Fb.txt", "/%2f", "/..%2fsecret.txt",
                       "/%2e%2e%2fsecret.txt", "/dir/..%5c..%5csecret.txt", "/back%5cslash.txt",
                       "/back%5Cslash.txt", "/back\\slash.txt", "/..\\secret.txt", "/dir/inner%2f"]:
            with self.subTest(target=target):
                self.assert_refused(target)

    def test_overlong_and_broken_utf8_is_no_way_around(self):
        for target in ["/%c0%ae%c0%ae/secret.txt", "/%c0%2e%c0%2e/secret.txt", "/%e0%80%ae%e0%80%ae/secret.txt",
                       "/..%c0%afsecret.txt", "/%u002e%u002e/secret.txt", "/%ff%fe/secret.txt"]:
            with self.subTest(target=target):
                self.assert_refused(target)

    def test_nul_bytes_and_control_characters_are_refused(self):
        for target in ["/a.txt%00", "/a.txt%00.png", "/%00/a.txt", "/%00", "/dir%00/inner/b.txt"]:
            with self.subTest(target=target):
                self.assert_error(self.get(target), 400, "bad_path")
        for target in ["/new%0aline.txt", "/a.txt%0d%0aX: y", "/a%7f.txt", "/%01"]:
            with self.subTest(target=target):
                self.assert_refused(target)

    def test_broken_percent_codes_are_refused(self):
        for target in ["/a.txt%", "/a.txt%2", "/%zz", "/%%41", "/a%g0.txt"]:
            with self.subTest(target=target):
                self.assert_error(self.get(target), 400, "bad_path")

    def test_names_that_begin_with_a_dot_are_refused(self):
        for target in ["/.env", "/%2eenv", "/.git/config", "/.git/", "/.git", "/dir/.htpasswd",
                       "/dir/.hidden/file.txt", "/dir/%2Ehidden/file.txt", "/.well-known/.env"]:
            with self.subTest(target=target):
                self.assert_refused(target, statuses=(404,))

    def test_well_known_is_the_one_dot_name_that_is_served(self):
        self.assertEqual(self.get("/.well-known/acme-challenge/token").body, b"proof")

    def test_empty_segments_are_refused(self):
        for target in ["//a.txt", "/dir//inner/b.txt", "//", "/dir//"]:
            with self.subTest(target=target):
                self.assert_refused(target)

    def test_symbolic_links_are_followed_inside_and_refused_when_they_lead_out(self):
        links = {"in.txt": "a.txt", "dir/up.txt": "../a.txt", "linked": "dir/inner"}
        out = {"out.txt": "../secret.txt", "abs.txt": str(self.folder / "secret.txt"), "outdir": "../outside",
               "dir/far.txt": "../../secret.txt", "etc": "/etc", "self": "/proc/self", "twice.txt": "out.txt",
               "inside-by-absolute-path.txt": str(self.root / "a.txt"), "loop": "loop",
               "dangling.txt": "nothing", "magic": "/proc/self/root"}
        for name, target in {**links, **out}.items():
            (self.root / name).symlink_to(target)
        self.assertEqual(self.get("/in.txt").body, b"a")
        self.assertEqual(self.get("/dir/up.txt").body, b"a")
        self.assertEqual(self.get("/linked/b.txt").body, b"b")
        for target in ["/out.txt", "/abs.txt", "/outdir/secret.txt", "/outdir/", "/outdir", "/dir/far.txt",
                       "/etc/passwd", "/self/environ", "/self/cwd/secret.txt", "/twice.txt", "/loop",
                       "/inside-by-absolute-path.txt", "/dangling.txt", "/magic/etc/passwd"]:
            with self.subTest(target=target):
                self.assert_refused(target, statuses=(404,))

    def test_a_link_that_is_turned_outwards_later_is_noticed(self):
        link = self.root / "turns.txt"
        link.symlink_to("a.txt")
        eventually(lambda: self.get("/turns.txt").body == b"a", "the link is followed")
        (self.root / "turned").symlink_to("../secret.txt")
        os.replace(self.root / "turned", link)
        eventually(lambda: self.get("/turns.txt").status == 404, "the link is refused")

    def test_a_precompressed_sibling_may_not_be_a_link_that_leads_out(self):
        (self.root / "page.js").write_bytes(b"page")
        (self.root / "page.js.gz").symlink_to("../secret.txt")
        (self.root / "page.js.br").symlink_to("/etc/passwd")
        self.assertEqual(self.get("/page.js", {"Accept-Encoding": "br, gzip"}).body, b"page")

    def test_only_regular_files_are_served_and_none_makes_the_server_wait(self):
        os.mkfifo(self.root / "fifo")
        os.mkfifo(self.root / "fifo-sibling.txt.gz")
        (self.root / "fifo-sibling.txt").write_bytes(b"plain")
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(str(self.root / "socket"))
        self.assert_refused("/fifo", statuses=(404,))
        self.assert_refused("/socket", statuses=(404,))
        self.assertEqual(self.get("/fifo-sibling.txt", {"Accept-Encoding": "gzip"}).body, b"plain")
        (self.root / "null").symlink_to("/dev/null")
        (self.root / "zero").symlink_to("/dev/zero")
        self.assert_refused("/null", statuses=(404,))
        self.assert_refused("/zero", statuses=(404,))

    def test_files_that_may_not_be_read_are_not_found(self):
        if os.geteuid() == 0:
            # Root reads everything; a name that is too long fails in the same way as a refused one.
            self.assert_refused("/" + "n" * 300, statuses=(404,))
            self.assert_refused("/" + "d/" * 2_500, statuses=(404,))
            return
        (self.root / "unreadable.txt").write_bytes(SECRET)
        (self.root / "unreadable.txt").chmod(0)
        self.assert_refused("/unreadable.txt", statuses=(404,))

    def test_the_data_folder_and_the_settings_beside_the_static_folder_are_out_of_reach(self):
        (self.folder / "prodev.toml").write_bytes(SECRET)
        for target in ["/../prodev.toml", "/prodev.toml", "/data/", "/../data/control.sock", "/static/a.txt"]:
            with self.subTest(target=target):
                self.assert_refused(target)


if __name__ == "__main__":
    unittest.main()
