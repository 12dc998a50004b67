"""`prodev token`: prints a token that anybody with the secret can verify, and nothing else."""

import base64
import hashlib
import hmac
import json
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import FolderCase, run_prodev  # noqa: E402

SECRET = "a-secret-that-other-tools-know-as-well"


def decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class Token(FolderCase):
    def setUp(self):
        self.project = self.make_folder()
        (self.project / "schema").mkdir()
        (self.project / "schema/0001_roles.sql").write_text(
            'CREATE ROLE a; CREATE ROLE staff; CREATE ROLE "a ""b"" \u00e9";', encoding="utf-8")
        self.assertEqual(run_prodev("migrate", "--dir", self.project).returncode, 0)
        self.key_file = self.project / "data/keys/jwt.key"

    def token(self, *arguments, environment=None):
        return run_prodev("token", *arguments, "--dir", self.project, environment=environment)

    def claims(self, *arguments, secret=None, environment=None):
        """The claims of the token that is printed, verified without prodev."""
        result = self.token(*arguments, environment=environment)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"\A[\w-]+\.[\w-]+\.[\w-]+\n\Z")
        header, payload, signature = result.stdout.strip().split(".")
        key = (secret or self.key_file.read_text().strip()).encode()
        right = hmac.digest(key, f"{header}.{payload}".encode(), hashlib.sha256)
        self.assertEqual(decode(signature), right)
        self.assertEqual(json.loads(decode(header)), {"alg": "HS256", "typ": "JWT"})
        return json.loads(decode(payload))

    def assert_usage_error(self, *arguments, says):
        result = self.token(*arguments)
        self.assertEqual((result.returncode, result.stdout), (2, ""), result)
        self.assertIn(says, result.stderr)

    def test_a_token_has_the_role_and_an_hour(self):
        before = int(time.time())
        claims = self.claims("--role", "staff")
        self.assertEqual(set(claims), {"role", "iat", "exp"})
        self.assertEqual(claims["role"], "staff")
        self.assertEqual(claims["exp"] - claims["iat"], 3600)
        self.assertTrue(before <= claims["iat"] <= time.time(), claims)

    def test_the_flags_become_claims(self):
        claims = self.claims("--role", 'a "b" \u00e9', "--sub", "7", "--ttl", "30m",
                             "--claims", '{"name": "Ada", "n": 12345678901234567890, "x": {"role": 1}}')
        self.assertEqual((claims["role"], claims["sub"], claims["name"]), ('a "b" \u00e9', "7", "Ada"))
        self.assertEqual((claims["n"], claims["x"]), (12345678901234567890, {"role": 1}))
        self.assertEqual(claims["exp"] - claims["iat"], 1800)
        week = self.claims("--role", "a", "--ttl", "7d", "--claims", "{}")
        self.assertEqual(week["exp"] - week["iat"], 604_800)
        self.assertNotIn("exp", self.claims("--role", "a", "--ttl", "0"))
        self.assertEqual(self.claims("--role", "a", "--claims", '{"aud":["x"]}')["aud"], ["x"])

    def test_the_key_is_made_once_and_only_its_user_can_read_it(self):
        self.claims("--role", "a")
        key = self.key_file.read_text()
        self.assertEqual(len(decode(key.strip())), 32)
        self.claims("--role", "a")
        self.assertEqual(self.key_file.read_text(), key)
        for path, mode in ((self.project / "data", 0o700), (self.key_file.parent, 0o700),
                           (self.key_file, 0o600)):
            self.assertEqual(path.stat().st_mode & 0o777, mode, path)

    def test_a_secret_in_the_environment_replaces_the_file(self):
        self.claims("--role", "a", secret=SECRET, environment={"PRODEV_JWT_SECRET": SECRET})
        self.assertFalse(self.key_file.exists())
        self.claims("--role", "a", "--jwt-secret", SECRET, secret=SECRET)

    def test_the_first_audience_of_the_settings_is_named(self):
        named = ("--role", "a", "--jwt-audience", "shop,chat")
        self.assertEqual(self.claims(*named)["aud"], "shop")
        self.assertEqual(self.claims(*named, "--claims", '{"aud":"chat"}')["aud"], "chat")
        self.assert_usage_error(*named, "--claims", '{"aud":"x"}', says="JWT not in audience")

    def test_wrong_usage_exits_2_and_says_what_is_right(self):
        self.assert_usage_error(says="--role authenticated")
        self.assert_usage_error("--role", "", says="--role authenticated")
        self.assert_usage_error("--role", "a", "--rol", "b", says="did you mean --role?")
        self.assert_usage_error("--role", "a", "staff", says='takes no "staff"')
        for ttl in ("", "x", "1x", "-1", "1h30m", "36501d", "99999999999999999999"):
            self.assert_usage_error("--role", "a", f"--ttl={ttl}", says="30m, 1h or 7d")
        for claims in ("", "x", "[]", "{", '{"a":}', "{} {}"):
            self.assert_usage_error("--role", "a", f"--claims={claims}", says="not a JSON object")
        for name in ("role", "sub", "exp", "iat", "\\u0065xp"):
            self.assert_usage_error("--role", "a", "--claims", '{"%s":1}' % name, says="may not hold")
        self.assert_usage_error("--role", "a", "--claims", '{"x":1,"x":2}', says="comes twice")
        self.assert_usage_error("--role", "a", "--claims", '{"nbf":"x"}', says="must be a number")
        self.assert_usage_error("--role", "a", "--claims", '{"x":"%s"}' % ("x" * 8_000), says="decoded")

    def test_a_role_that_does_not_exist_is_refused_with_the_nearest(self):
        self.assert_usage_error("--role", "stuff", says="there is no role stuff in this project: did you mean staff?")
        self.assert_usage_error("--role", "nobody", says="there is no role nobody in this project: CREATE ROLE")
        self.assert_usage_error("--role", "nobody", "--jwt-secret", SECRET, says="there is no role nobody")
        self.assert_usage_error("--role", "public", says="there is no role public")
        self.assertFalse(self.key_file.exists())

    def test_where_there_is_no_project_there_is_no_token_and_no_key(self):
        self.project = self.make_folder()
        self.assert_usage_error("--role", "anon", says="there is no project in")
        self.assertEqual(list(self.project.iterdir()), [])
        # Tokens of other issuers: the secret says which server takes them.
        self.claims("--role", "whoever", "--jwt-secret", SECRET, secret=SECRET)
        self.assertEqual(list(self.project.iterdir()), [])
        (self.project / "schema").mkdir()
        self.assert_usage_error("--role", "staff", says="prodev migrate makes those of the schema files")
        self.key_file = self.project / "data/keys/jwt.key"
        self.claims("--role", "anon")

    def test_a_key_that_others_can_read_is_refused(self):
        self.claims("--role", "a")
        self.key_file.chmod(0o644)
        result = self.token("--role", "a")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn(f"{self.key_file} can be read or changed by other users", result.stderr)
        self.assertNotIn(self.key_file.read_text().strip(), result.stderr)

    def test_no_output_shows_the_secret(self):
        environment = {"PRODEV_JWT_SECRET": SECRET}
        for command in (("settings",), ("doctor", "--dir", self.project), ("routes",)):
            result = run_prodev(*command, environment=environment)
            self.assertNotIn(SECRET, result.stdout + result.stderr, command)
        server = self.start_prodev("--log-level", "debug", environment=environment)
        self.assertNotIn(SECRET, "\n".join(server.lines) + server.stderr_text())


if __name__ == "__main__":
    unittest.main()
