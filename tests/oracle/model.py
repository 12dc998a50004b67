"""What a generated database consists of, and how its tables are related."""

import dataclasses
import functools

NUMBERS = ("integer", "real", "numeric")


def sql_name(name):
    return '"' + name.replace('"', '""') + '"'


def sql_names(names):
    return ", ".join(sql_name(name) for name in names)


def sql_literal(value):
    """A stored value as SQL's literal."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


@dataclasses.dataclass(eq=False)
class Column:
    name: str
    kind: str  # integer, real, numeric, text, boolean, json, blob, date, timestamp or uuid
    declared: str
    nullable: bool = True
    check: str = ""
    default: object = None  # None: no DEFAULT
    shape: str = ""  # of json: "object", "words" or "numbers" (arrays)
    collation: str = ""
    wide: bool = False  # numbers too large to add up
    owner: bool = False  # names users

    def sql(self):
        words = [sql_name(self.name), self.declared]
        if not self.nullable:
            words.append("NOT NULL")
        if self.default is not None:
            words.append(f"DEFAULT {sql_literal(self.default)}")
        if self.check:
            words.append(f"CHECK ({self.check})")
        if self.collation:
            words.append(f"COLLATE {self.collation}")
        return " ".join(word for word in words if word)


@dataclasses.dataclass(eq=False)
class ForeignKey:
    columns: list
    target: "Table"
    referenced: list
    name: str = ""  # of the constraint; empty: it has none
    implicit: bool = False  # the columns referred to are not written
    action: str = ""

    def sql(self):
        named = f"CONSTRAINT {sql_name(self.name)} " if self.name else ""
        columns = "" if self.implicit else f" ({sql_names(self.referenced)})"
        return (f"{named}FOREIGN KEY ({sql_names(self.columns)}) "
                f"REFERENCES {sql_name(self.target.name)}{columns}{self.action}")


@dataclasses.dataclass(eq=False)
class Table:
    name: str
    columns: list
    key: list  # names
    strict: bool = False
    without_rowid: bool = False
    foreign_keys: list = dataclasses.field(default_factory=list)
    uniques: list = dataclasses.field(default_factory=list)  # lists of names
    indexes: list = dataclasses.field(default_factory=list)
    view_of: "Table" = None

    def column(self, name):
        return next(column for column in self.columns if column.name == name)

    def is_unique(self, names):
        wanted = set(names)
        return wanted == set(self.key) or any(wanted == set(unique) for unique in self.uniques)

    def sql(self):
        if self.view_of:
            names = sql_names(column.name for column in self.columns)
            return [f"CREATE VIEW {sql_name(self.name)} AS SELECT {names} "
                    f"FROM {sql_name(self.view_of.name)};"]
        is_rowid = (len(self.key) == 1 and self.column(self.key[0]).declared == "INTEGER")
        parts = []
        for column in self.columns:
            inline = is_rowid and column.name == self.key[0]
            parts.append(f"{sql_name(column.name)} INTEGER PRIMARY KEY" if inline else column.sql())
        if not is_rowid:
            parts.append(f"PRIMARY KEY ({sql_names(self.key)})")
        parts += [f"UNIQUE ({sql_names(unique)})" for unique in self.uniques]
        parts += [key.sql() for key in self.foreign_keys]
        options = [word for word, given in
                   (("STRICT", self.strict), ("WITHOUT ROWID", self.without_rowid)) if given]
        body = ",\n  ".join(parts)
        statements = [f"CREATE TABLE {sql_name(self.name)} (\n  {body}\n)"
                      f"{' ' if options else ''}{', '.join(options)};"]
        for number, names in enumerate(self.indexes):
            index = sql_name(f"{self.name} index {number}")
            statements.append(f"CREATE INDEX {index} ON {sql_name(self.name)} "
                              f"({sql_names(names)});")
        return statements


@dataclasses.dataclass(eq=False)
class Policy:
    name: str
    table: Table
    verb: str  # SELECT, INSERT, UPDATE, DELETE or ALL
    roles: list  # empty: public
    restrictive: bool
    using: str  # SQL; empty: not given
    check: str

    def sql(self):
        words = [f"CREATE POLICY {sql_name(self.name)} ON {sql_name(self.table.name)}"]
        if self.restrictive:
            words.append("AS RESTRICTIVE")
        words.append(f"FOR {self.verb}")
        if self.roles:
            words.append("TO " + ", ".join(self.roles))
        if self.using:
            words.append(f"USING ({self.using})")
        if self.check:
            words.append(f"WITH CHECK ({self.check})")
        return " ".join(words) + ";"


@dataclasses.dataclass(eq=False)
class Function:
    """Rows of a table, with its owner's rights, for everybody."""
    name: str
    table: Table
    column: Column = None  # an integer; the rows where it is at least the argument

    def condition(self, least):
        return f"{sql_name(self.column.name)} >= {least}" if self.column else "1"

    def sql(self):
        name, arguments = sql_name(self.name), "(least integer DEFAULT 0)" if self.column else "()"
        return (f"CREATE FUNCTION {name}{arguments} RETURNS SETOF {sql_name(self.table.name)} "
                f"LANGUAGE sql STABLE AS $$ SELECT * FROM {sql_name(self.table.name)} "
                f"WHERE {self.condition(':least')} $$;\n"
                f"GRANT EXECUTE ON FUNCTION {name} TO anon, authenticated, clerk;")


@dataclasses.dataclass(frozen=True)
class Caller:
    role: str
    uid: str = None

    def said(self, expression):
        """An expression of a policy with what it asks of the caller filled in."""
        return (expression.replace("auth.uid()", sql_literal(self.uid))
                .replace("auth.role()", sql_literal(self.role)))


@dataclasses.dataclass(eq=False)
class Relation:
    """From `origin` over a foreign key in either direction, or over two of a junction."""
    origin: Table
    target: Table
    pairs: list  # (column of origin, column of target), or of the junction: see below
    to_one: bool
    key: ForeignKey = None
    forward: bool = False  # the key is the origin's
    junction: Table = None  # then `pairs` are (origin, junction) and `far_pairs` (junction, target)
    far_pairs: list = None

    @property
    def is_self(self):
        return self.origin is self.target

    def single(self, side):
        """The one column of the origin (0) or the target (1); None: there are several."""
        return self.pairs[0][side] if len(self.pairs) == 1 and not self.junction else None

    def answers(self, target, hint):
        """Whether `target!hint` may mean this relation, by PostgREST's rules."""
        named = self.key is not None and self.key.name
        if self.is_self:
            if hint:
                return (target == self.target.name and not self.forward and not self.to_one
                        and self.single(1) == hint)
            by_column = self.forward and self.single(0) == target and self.key_is_plain()
            return by_column or (target == self.target.name and not self.forward
                                 and not self.to_one and not self.junction)
        if not hint and self.target.view_of:
            return target == self.target.name
        if hint:
            junction = self.junction.name if self.junction else None
            return target == self.target.name and hint in (
                named or None, self.single(0), self.single(1), junction)
        return target in (self.target.name, named or None, self.single(0))

    def key_is_plain(self):
        """Not one-to-one: PostgREST has no words for those within one table."""
        return self.key is not None and not self.origin.is_unique(self.key.columns)


@dataclasses.dataclass(eq=False)
class Schema:
    tables: list
    views: list
    policies: list
    grants: dict = dataclasses.field(default_factory=dict)  # (table, role) -> columns to read
    functions: list = dataclasses.field(default_factory=list)
    rows: dict = dataclasses.field(default_factory=dict)  # table -> list of tuples

    def everything(self):
        return self.tables + self.views

    def table_sql(self):
        """Tables, views and rows, for any SQLite."""
        statements = []
        for table in self.everything():
            statements += table.sql()
        for table in self.tables:  # in one statement, for rows may refer to later ones
            rows = [f"({', '.join(map(sql_literal, row))})" for row in self.rows[table]]
            if rows:
                values = ",\n  ".join(rows)
                statements.append(f"INSERT INTO {sql_name(table.name)} VALUES\n  {values};")
        return "\n".join(statements) + "\n"

    def sql(self):
        return ("CREATE ROLE clerk;\n" + self.table_sql()
                + "\n".join(policy.sql() for policy in self.policies) + "\n"
                + "".join(function.sql() + "\n" for function in self.functions)
                + "".join(f"GRANT SELECT ({sql_names(names)}) ON {sql_name(table.name)} TO {role};\n"
                          for (table, role), names in self.grants.items()))

    @functools.cached_property
    def relations(self):
        """All there are between tables: {origin: [Relation]}."""
        found = {table: [] for table in self.everything()}
        for table in self.tables:
            for key in table.foreign_keys:
                one = table.is_unique(key.columns)
                there = list(zip(key.columns, key.referenced))
                back = list(zip(key.referenced, key.columns))
                found[table].append(Relation(table, key.target, there, True, key, forward=True))
                found[key.target].append(Relation(key.target, table, back, one, key))
            self._add_junctions(table, found)
        self._add_views(found)
        return found

    def _add_views(self, found):
        """A view stands for its table wherever it has the columns."""
        for relation in [r for relations in found.values() for r in relations]:
            near = [mine for mine, _ in relation.pairs]
            far = [theirs for _, theirs in relation.far_pairs or relation.pairs]
            for origin in self._showing(relation.origin, near):
                for target in self._showing(relation.target, far):
                    if origin.view_of or target.view_of:
                        found[origin].append(dataclasses.replace(relation, origin=origin,
                                                                 target=target))

    def _showing(self, table, names):
        wanted = set(names)
        return [table, *(view for view in self.views if view.view_of is table
                         and wanted <= {column.name for column in view.columns})]

    @staticmethod
    def _add_junctions(table, found):
        keys = [key for key in table.foreign_keys if not table.is_unique(key.columns)]
        for near in keys:
            for far in keys:
                if near is far or not set(near.columns) | set(far.columns) <= set(table.key):
                    continue
                found[near.target].append(Relation(
                    near.target, far.target, list(zip(near.referenced, near.columns)), False,
                    junction=table, far_pairs=list(zip(far.columns, far.referenced))))

    def resolve(self, origin, target, hint):
        return [r for r in self.relations[origin] if r.answers(target, hint)]

    def hidden(self, caller, table):
        """The names of the columns that the caller may not read."""
        granted = self.grants.get((table, caller.role))
        return {c.name for c in table.columns if granted and c.name not in granted}

    def condition(self, caller, table, verb, new_row=False):
        """SQL: which rows of `table` the caller may `verb`; None: it is refused at once."""
        if caller.role == "service_role":
            return "1"
        permissive, restrictive = [], []
        for policy in self.policies:
            if policy.table is not table or policy.verb not in (verb, "ALL"):
                continue
            if policy.roles and caller.role not in policy.roles:
                continue
            expression = (policy.check or policy.using) if new_row else policy.using
            if expression:
                chosen = restrictive if policy.restrictive else permissive
                chosen.append(f"({caller.said(expression)})")
        if not permissive:
            return None if table.view_of else "0"
        return " AND ".join([f"({' OR '.join(permissive)})", *restrictive])
