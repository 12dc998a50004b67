"""Random schemas: tables of every form, keys between them, views, policies, rows."""

import sqlite3

from model import Column, ForeignKey, Function, Policy, Schema, Table, sql_literal, sql_name
from values import KEYS, random_value

TABLE_NAMES = ["author", "Book", "order", "line item", "Größe", 'the "quoted"', "group", "tag", "select",
               "staff's", "Zone 7", "note", "a,b", "dot.ted", "par(en)s", "limit", "from", "müll%20"]
COLUMN_NAMES = ["name", "Title", "first name", "order", "select", "group", "limit", "offset", "and",
                "or", "not", "columns", "größe", 'say "hi"', "it's", "x,y", "d.t", "p(q)", "a:b", "b c d",
                "UPPER", "value", "in", "is", "null", "on_conflict", "back\\slash", "amp&eq=", "plus+", "pct%",
                "end", "table", "*star*", "->arrow", "état", "z1", "z2", "z3", "z4", "z5"]
KINDS = ["integer", "integer", "integer", "text", "text", "text", "real", "boolean", "json", "json",
         "blob", "date", "timestamp", "uuid", "numeric"]
STRICT_TYPES = {"integer": "INTEGER", "real": "REAL", "text": "TEXT", "boolean": "INTEGER",
                "json": "TEXT", "blob": "BLOB"}
LOOSE_TYPES = {"integer": ["INTEGER", "BIGINT", "int"], "real": ["REAL", "DOUBLE PRECISION"],
               "text": ["TEXT", "VARCHAR(200)"], "boolean": ["BOOLEAN", "bool"],
               "json": ["JSON", "JSONB"], "blob": ["BLOB"], "date": ["DATE"],
               "timestamp": ["TIMESTAMP", "DATETIME"], "uuid": ["UUID"],
               "numeric": ["NUMERIC", "DECIMAL(10,2)"]}
ROW_COUNTS = [0, 1, 6, 10, 16, 24, 40]


class SchemaMaker:
    def __init__(self, random):
        self._random = random
        self._table_names = random.sample(TABLE_NAMES, len(TABLE_NAMES))
        self._constraints = 0

    def make(self):
        tables = []
        for _ in range(self._random.randint(2, 5)):
            tables.append(self._table(tables))
        if self._random.random() < 0.8:
            tables.append(self._junction(tables))
        if self._random.random() < 0.3:
            tables.append(self._junction(tables))
        schema = Schema(tables, [], [])
        for _ in range(self._random.choice([0, 1, 1, 2])):
            schema.views.append(self._view(self._random.choice(tables)))
        PolicyMaker(self._random, schema).make()
        for table in schema.tables:
            if self._random.random() < 0.3:
                schema.functions.append(self._function(table))
        RowMaker(self._random, schema).make()
        return schema

    def _columns(self, strict, count, taken=()):
        names = self._random.sample([n for n in COLUMN_NAMES if n not in taken], count)
        return [self._column(name, strict) for name in names]

    def _column(self, name, strict):
        kind = self._random.choice([k for k in KINDS if not strict or k in STRICT_TYPES])
        column = Column(name, kind, "")
        column.nullable = self._random.random() < 0.7
        declared = not strict and (kind not in STRICT_TYPES or self._random.random() < 0.5)
        if declared:
            column.declared = self._random.choice(LOOSE_TYPES[kind])
        else:
            column.declared = STRICT_TYPES[kind]
            quoted = sql_name(name)
            if kind == "boolean":
                column.check = f"{quoted} IN (0, 1)"
            if kind == "json":
                null = f"{quoted} IS NULL OR " if column.nullable else ""
                column.check = f"{null}json_valid({quoted})"
        if kind == "json":
            column.shape = self._random.choice(["object", "object", "words", "numbers"])
        if kind in ("integer", "real", "numeric"):
            column.wide = self._random.random() < 0.15
        if kind == "text" and self._random.random() < 0.12:
            column.collation = "NOCASE"
        if kind in ("integer", "text", "boolean") and self._random.random() < 0.3:
            column.default = random_value(self._random, column)
        return column

    def _primary_key(self, strict):
        form = self._random.choice(["rowid", "rowid", "rowid", "text", "composite"])
        text = Column("code", "text", "TEXT", nullable=False)
        if form == "rowid":
            return [Column("id", "integer", "INTEGER", nullable=False)]
        if form == "text":
            return [text]
        return [Column("part", "integer", "INTEGER" if strict else "BIGINT", nullable=False), text]

    def _table(self, others):
        strict = self._random.random() < 0.5
        name = self._table_names.pop()
        shares = [t for t in others if self._random.random() < 0.15]
        if shares:  # its key is another's: one-to-one
            target = shares[0]
            key = [self._copy(target.column(k), k, False) for k in target.key]
            table = Table(name, key, [c.name for c in key], strict)
            table.foreign_keys.append(self._foreign_key(table, [c.name for c in key], target))
        else:
            key = self._primary_key(strict)
            table = Table(name, key, [c.name for c in key], strict)
        if strict:
            for column in key:
                column.declared = {"BIGINT": "INTEGER", "int": "INTEGER"}.get(column.declared,
                                                                            column.declared)
        table.without_rowid = not (len(key) == 1 and key[0].declared == "INTEGER") \
            and self._random.random() < 0.3
        table.columns = [*key, *self._columns(strict, self._random.randint(2, 6))]
        if self._random.random() < 0.5:
            table.columns.append(Column("owner", "text", "TEXT", owner=True))
        for target in others:
            for _ in range(self._random.choices([0, 1, 2], [5, 5, 2])[0]):
                self._refer(table, target)
        if self._random.random() < 0.3:
            self._refer(table, table)
        self._add_uniques_and_indexes(table)
        return table

    def _copy(self, column, name, nullable):
        return Column(name, column.kind, column.declared, nullable)

    def _foreign_key(self, table, names, target):
        key = ForeignKey(names, target, list(target.key))
        key.implicit = self._random.random() < 0.3
        if self._random.random() < 0.4:
            self._constraints += 1
            key.name = f"{self._random.choice(['fk', 'link to', 'Ref'])}_{self._constraints}"
        return key

    def _refer(self, table, target):
        """A foreign key of new columns of `table`."""
        number = len(table.foreign_keys) + 1
        prefix = self._random.choice(["ref", "Parent", "to"]) + str(number)
        nullable = target is table or self._random.random() < 0.6
        names = []
        for key in target.key:
            name = prefix + "_id" if len(target.key) == 1 else f"{prefix}_{key}"
            declared = self._copy(target.column(key), name, nullable)
            if table.strict and declared.declared not in ("INTEGER", "TEXT"):
                declared.declared = "INTEGER"
            table.columns.append(declared)
            names.append(name)
        key = self._foreign_key(table, names, target)
        key.action = self._random.choice(["", "", "", " ON DELETE CASCADE",
                                          " ON DELETE SET NULL" if nullable else ""])
        table.foreign_keys.append(key)
        if target is not table and nullable and self._random.random() < 0.2:
            table.uniques.append(names)
        elif self._random.random() < 0.5:
            table.indexes.append(names)

    def _add_uniques_and_indexes(self, table):
        known = {name for unique in table.uniques for name in unique}
        for column in table.columns:
            plain = column.name not in table.key and column.name not in known
            if plain and column.kind in ("integer", "text") and self._random.random() < 0.08 \
                    and not column.collation and not column.owner and not any(
                        column.name in key.columns for key in table.foreign_keys):
                column.nullable = True
                table.uniques.append([column.name])
            elif self._random.random() < 0.15:
                table.indexes.append([column.name])

    def _junction(self, others):
        table = Table(self._table_names.pop(), [], [], self._random.random() < 0.5)
        near, far = self._random.choice(others), self._random.choice(others)
        if near is far and len(others) > 1 and self._random.random() < 0.8:
            far = next(other for other in others if other is not near)
        for prefix, target in (("left", near), ("right", far)):
            names = []
            for key in target.key:
                column = self._copy(target.column(key), f"{prefix}_{key}", False)
                if table.strict and column.declared not in ("INTEGER", "TEXT"):
                    column.declared = "INTEGER"
                table.columns.append(column)
                names.append(column.name)
            table.key += names
            table.foreign_keys.append(self._foreign_key(table, names, target))
        if self._random.random() < 0.3:  # then a pair may come several times
            table.columns.append(Column("place", "integer", "INTEGER", nullable=False))
            table.key.append("place")
        table.columns += self._columns(table.strict, self._random.randint(0, 2))
        table.without_rowid = self._random.random() < 0.3
        return table

    def _function(self, table):
        numbers = [c for c in table.columns if c.kind == "integer"]
        column = self._random.choice(numbers) if numbers and self._random.random() < 0.7 else None
        return Function(f"rows of {table.name}", table, column)

    def _view(self, table):
        count = self._random.randint(0, len(table.columns) - len(table.key))
        others = [c for c in table.columns if c.name not in table.key]
        columns = [table.column(name) for name in table.key] + self._random.sample(others, count)
        return Table(f"view of {table.name} {self._random.randint(1, 9**5)}", columns, table.key,
                     view_of=table)


class PolicyMaker:
    """Policies for reading most tables, and for writing many."""

    def __init__(self, random, schema):
        self._random = random
        self._schema = schema

    def make(self):
        for table in self._schema.tables:
            for verb in self._random.choice([
                    ["ALL"], ["ALL"], ["SELECT"], ["SELECT", "INSERT", "UPDATE", "DELETE"],
                    ["SELECT", "ALL"], ["SELECT", "INSERT"], []]):
                self._add(table, verb, [] if self._random.random() < 0.6 else self._roles())
            if self._random.random() < 0.12:
                self._add(table, self._random.choice(["ALL", "SELECT", "DELETE"]), self._roles(),
                          restrictive=True)
        for view in self._schema.views:
            if self._random.random() < 0.8:
                self._add(view, "SELECT", [])
        for table in self._schema.tables:
            if self._random.random() < 0.15:
                self._grant(table, self._random.choice(["anon", "authenticated", "clerk"]))

    def _grant(self, table, role):
        """Some columns; those of keys among them, so that embeds are not refused for them."""
        keys = {name for key in table.foreign_keys for name in key.columns}.union(table.key)
        self._schema.grants[table, role] = [
            c.name for c in table.columns if c.name in keys or self._random.random() < 0.7]

    def _roles(self):
        return self._random.sample(["anon", "authenticated", "clerk"], self._random.randint(1, 2))

    def _add(self, table, verb, roles, restrictive=False):
        using = "" if verb == "INSERT" else self._expression(table)
        check = ""
        if verb == "INSERT" or (verb in ("UPDATE", "ALL") and self._random.random() < 0.6):
            check = self._expression(table)
        name = f"policy {len(self._schema.policies)}"
        self._schema.policies.append(Policy(name, table, verb, roles, restrictive, using, check))

    def _expression(self, table):
        if self._random.random() < 0.5:
            return "true"
        choices = []
        for column in table.columns:
            name = sql_name(column.name)
            if column.owner:
                choices += [f"{name} = auth.uid()"] * 3
                choices.append(f"{name} IS NULL OR auth.uid() = {name}")
            if column.kind == "integer" and not column.wide:
                choices.append(f"{name} < {self._random.randint(3, 9)}")
            if column.kind == "boolean":
                choices.append(f"{name} = 1")
            if column.kind == "text" and not column.owner:
                choices.append(f"{name} <> {sql_literal(random_value(self._random, column))}")
            if column.nullable:
                choices.append(f"{name} IS NOT NULL")
        choices.append("auth.role() <> 'anon'")
        choices += self._subqueries(table)
        return self._random.choice(choices)

    def _subqueries(self, table):
        """Conditions on the row that a foreign key refers to, which is then not a policy's own."""
        found = []
        for key in table.foreign_keys:
            if len(key.columns) > 1 or key.target is table:
                continue
            referenced = sql_name(key.referenced[0])
            inner = f"SELECT o.{referenced} FROM {sql_name(key.target.name)} o"
            owner = [c for c in key.target.columns if c.owner]
            if owner:
                inner += f" WHERE o.{sql_name(owner[0].name)} = auth.uid()"
            found.append(f"{sql_name(key.columns[0])} IN ({inner})")
        return found


class RowMaker:
    """Rows that keep every constraint: SQLite says which of those tried do."""

    def __init__(self, random, schema):
        self._random = random
        self._schema = schema

    def make(self):
        database = sqlite3.connect(":memory:")
        database.execute("PRAGMA foreign_keys = ON")
        for table in self._schema.tables:
            database.execute(table.sql()[0])
            marks = ", ".join("?" * len(table.columns))
            for _ in range(self._random.choice(ROW_COUNTS)):
                try:
                    database.execute(f"INSERT INTO {sql_name(table.name)} VALUES ({marks})",
                                     self._row(table, database))
                except sqlite3.IntegrityError:
                    pass  # a key that is taken, or refers to an empty table
            # In the order of the rowid, so that what is read without an order is not in it by chance.
            rows = database.execute(f"SELECT * FROM {sql_name(table.name)}").fetchall()
            self._schema.rows[table] = rows
        database.close()

    def _row(self, table, database):
        row = {}
        for key in table.foreign_keys:
            referred = database.execute(
                f"SELECT {', '.join(map(sql_name, key.referenced))} "
                f"FROM {sql_name(key.target.name)}").fetchall()
            nullable = all(table.column(name).nullable for name in key.columns)
            chosen = self._random.choice(referred) if referred else None
            if chosen is None or (nullable and self._random.random() < 0.2):
                chosen = [None] * len(key.columns)
            row.update((n, v) for n, v in zip(key.columns, chosen) if n not in row or v is None)
        for column in table.columns:
            if column.name in row:
                continue
            if column.nullable and self._random.random() < 0.25:
                row[column.name] = None
            elif column.name in table.key:
                row[column.name] = self.key_value(self._random, column)
            else:
                row[column.name] = random_value(self._random, column)
        return [row[column.name] for column in table.columns]

    @staticmethod
    def key_value(random, column):
        if column.kind == "text":
            return random.choice(KEYS)
        return random.randint(1, 40)


def make_schema(random):
    return SchemaMaker(random).make()
