"""prodev itself. An embedded file is left out of the folder, so that the executable serves it."""

import json
import sqlite3
from contextlib import closing

from lib import dataset
from lib.contender import Contender, built, write_site
from lib.rows_contender import (CHAT_SCENARIOS, ITEM_SCENARIOS, NEW_ITEM, PRODUCT_SCENARIOS, Call,
                                ServesRows, run_quietly)

_ITEM_POLICIES = """
CREATE POLICY item_read ON item FOR SELECT USING (active = 1);
CREATE POLICY item_add ON item FOR INSERT WITH CHECK (price_cents >= 0 AND active = 1);
"""

_PRODUCT_POLICIES = """
CREATE POLICY category_read ON category FOR SELECT USING (true);
CREATE POLICY product_read ON product FOR SELECT USING (active = 1);
GRANT SELECT (id, category_id, name, price_cents, active) ON product TO anon;
CREATE POLICY product_image_read ON product_image FOR SELECT USING (true);
CREATE POLICY review_read ON review FOR SELECT USING (true);
"""

_CHAT_POLICIES = """
CREATE POLICY member_read ON room_member FOR SELECT TO authenticated
  USING (user_id = auth.uid());
CREATE POLICY message_add ON message FOR INSERT TO authenticated
  WITH CHECK (author_id = auth.uid() AND EXISTS (
    SELECT 1 FROM room_member
     WHERE room_member.room_id = message.room_id AND room_member.user_id = auth.uid()));
"""


class Prodev(ServesRows, Contender):
    name = "prodev"
    needs = "packaging/build, or --prodev PATH"
    scenarios = ("static-300", "static-100k", "idle-10k", "startup", "tls-300", "tls-handshake",
                 *ITEM_SCENARIOS, *PRODUCT_SCENARIOS, *CHAT_SCENARIOS, "list-million")

    def executable(self):
        return built(self.options.prodev)

    def command(self, workdir, scenario):
        if scenario.has_rows:
            return self._rows_command(workdir, scenario)
        files = {p: b for p, b in scenario.files.items() if p not in scenario.embedded}
        site = write_site(workdir / "static", files)
        arguments = [self.executable(), "serve", "--listen", "127.0.0.1:0", "--dir", workdir,
                     "--static", site, "--access-log=false", "--log-level", "warn",
                     "--max-connections-per-client", "0"]
        if scenario.tls:
            arguments += ["--tls-cert", scenario.tls.cert, "--tls-key", scenario.tls.key]
        return arguments

    def _rows_command(self, workdir, scenario):
        """Policies and the access log are on; the log goes to the file of its error output."""
        project = self.project(workdir, scenario)
        arguments = [self.executable(), "serve", "--listen", "127.0.0.1:0", "--dir", project,
                     "--access-log=true", "--max-connections-per-client", "0"]
        if scenario.operation == "list-all":
            arguments += ["--read-timeout-ms", "5m"]
        if scenario.operation == "chat-insert":
            self._token = run_quietly([self.executable(), "token", "--dir", project, "--role",
                                       "authenticated", "--sub", dataset.MEMBER,
                                       "--ttl", "1d"]).strip()
        return arguments

    def prepare(self, folder, rows):
        schema = folder / "schema"
        schema.mkdir()
        (schema / "0001_item.sql").write_text(dataset.ITEM_TABLE + _ITEM_POLICIES)
        (schema / "0002_chat.sql").write_text(dataset.CHAT_TABLES + _CHAT_POLICIES)
        (schema / "0003_product.sql").write_text(dataset.PRODUCT_TABLES + _PRODUCT_POLICIES)
        run_quietly([self.executable(), "migrate", "up", "--dir", folder])
        with closing(sqlite3.connect(self.database_file(folder))) as database:
            dataset.fill_items(database, rows)
            dataset.fill_chat(database)
            dataset.fill_products(database, min(rows, dataset.PRODUCTS))
            database.execute("ANALYZE")
            database.commit()
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def database_file(self, project):
        return project / "data" / "prodev.db"

    def calls(self, scenario):
        content = {"Content-Type": "application/json", "Prefer": "return=minimal"}
        calls = {
            "by-id": Call("GET", "/rest/v1/item?id=eq.{id}"),
            "list-20": Call("GET", "/rest/v1/item?category_id=eq.{id}&order=id&limit=20"),
            "list-embed": Call("GET", "/rest/v1/product?select=id,name,price_cents,"
                               "category(name,slug),images:product_image(path,alt),"
                               "review(rating.avg())&category_id=eq.{id}&order=id&limit=20"),
            "list-all": Call("GET", "/rest/v1/item"),
            "insert": Call("POST", "/rest/v1/item", NEW_ITEM, content),
        }
        if scenario.operation == "chat-insert":
            message = json.dumps({"room_id": dataset.ROOM, "author_id": dataset.MEMBER,
                                  "body": "a message {n}"})
            calls["chat-insert"] = Call("POST", "/rest/v1/message", message,
                                        {**content, "Authorization": f"Bearer {self._token}"})
        return calls
