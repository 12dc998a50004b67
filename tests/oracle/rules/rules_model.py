"""Tables, views and rules while schema files change them: what PostgreSQL's dependencies leave of them.

An object is what it is, whatever it is called: rules hold the object, and columns are objects too. So
renaming changes nothing here but names, and what ends with an object is found by asking who holds it.
Nothing here knows of SQL texts that are rewritten or of names under which rules are kept.
"""

import copy
import dataclasses

ROLES = {"anon": [], "authenticated": [], "staff": [], "editor": ["staff"]}
CALLERS = (("anon", None), ("authenticated", "u1"), ("staff", "u2"), ("editor", "u1"))


class Refused(Exception):
    """What a file does must not be done."""


@dataclasses.dataclass(eq=False)
class Column:
    name: str
    base: "Column" = None  # of a view's column


@dataclasses.dataclass(eq=False)
class Relation:
    name: str
    columns: list
    rows: list = dataclasses.field(default_factory=list)  # a table's: {column: value}
    source: "Relation" = None  # a view's table

    def all_rows(self):
        if self.source is None:
            return self.rows
        return [{column: row[column.base] for column in self.columns} for row in self.source.rows]


@dataclasses.dataclass(eq=False)
class Condition:
    """column = value; column = auth.uid(); column IN (SELECT member FROM other WHERE filter = value), however
    that is written; true."""
    column: Column = None
    value: str = None  # None: the caller's id
    other: Relation = None
    member: Column = None
    filter: Column = None
    loose: bool = False  # the subquery names the column without its table: another one may take the name

    def holds(self, row, uid):
        if self.column is None:
            return True
        if row[self.column] is None:
            return False
        if self.other is None:
            return row[self.column] == (uid if self.value is None else self.value)
        return row[self.column] in [one[self.member] for one in self.other.rows if one[self.filter] == self.value]

    def columns(self):
        return [one for one in (self.column, self.member, self.filter) if one is not None]


@dataclasses.dataclass(eq=False)
class Policy:
    name: str
    on: Relation
    restrictive: bool
    roles: list
    condition: Condition


@dataclasses.dataclass(eq=False)
class Grant:
    on: Relation
    role: str
    columns: list  # None: all; []: none


@dataclasses.dataclass(eq=False)
class Function:
    """SELECT result FROM source WHERE filter = value"""
    name: str
    source: Relation
    result: Column
    filter: Column
    value: str


class Model:
    def __init__(self):
        self.relations = []
        self.policies = []
        self.grants = []
        self.functions = []

    def copy(self):
        return copy.deepcopy(self)

    def tables(self):
        return [one for one in self.relations if one.source is None]

    def views_of(self, table):
        return [one for one in self.relations if one.source is table]

    def named(self, name):
        return next((one for one in self.relations if one.name == name), None)

    # What a file does.

    def rename_column(self, table, column, name):
        for view in self.views_of(table):
            for one in view.columns:
                if one.base is column:
                    # SQLite gives the view's column the new name with it, and a policy cannot follow.
                    if any(policy.on is view and one in policy.condition.columns() for policy in self.policies):
                        raise Refused("a policy on a view names the column")
                    one.name = name
        column.name = name

    def drop_column(self, table, column):
        if any(column in policy.condition.columns() for policy in self.policies):
            raise Refused("a policy uses the column")
        if any(column in (one.result, one.filter) for one in self.functions):
            raise Refused("a function uses the column")
        table.columns.remove(column)
        for grant in self.grants:
            if grant.columns and column in grant.columns:
                grant.columns.remove(column)

    def add_column(self, table, column):
        """With NULL in it."""
        if any(one.loose and one.other is table and one.column.name == column.name
               for one in (policy.condition for policy in self.policies)):
            raise Refused("a name in a policy would mean the new column")
        table.columns.append(column)
        for row in table.rows:
            row[column] = None

    def put_behind_view(self, table, name):
        """The rows are those of another table, `name`, and a view shows them under the old name. No rule of
        the table is one of either."""
        if any(policy.condition.other is table for policy in self.policies if policy.on is not table):
            raise AssertionError("the caller chooses tables that nothing else names")
        self.drop(table)
        base = Relation(name, table.columns, table.rows)
        self.relations.append(base)
        self.relations.append(Relation(table.name, [Column(one.name, one) for one in base.columns], source=base))

    def drop(self, relation):
        if any(policy.condition.other is relation and policy.on is not relation for policy in self.policies):
            raise Refused("a policy of another table uses it")
        if any(one.source is relation for one in self.functions):
            raise Refused("a function uses it")
        self.relations.remove(relation)
        self.policies = [one for one in self.policies if one.on is not relation]
        self.grants = [one for one in self.grants if one.on is not relation]

    def rebuild_without(self, table, column):
        """Made anew without the column, which nothing but the table may hold."""
        used = any(column in policy.condition.columns() for policy in self.policies)
        used |= any(column in (one.result, one.filter) for one in self.functions)
        used |= any(grant.columns and column in grant.columns for grant in self.grants)
        if used:
            raise Refused("a rule needs the column")
        table.columns.remove(column)

    def grant(self, relation, role, columns):
        """GRANT of columns adds to those of the role; of everything stands above them; [] is REVOKE."""
        present = next((one for one in self.grants if one.on is relation and one.role == role), None)
        if present is None:
            present = Grant(relation, role, [])
            self.grants.append(present)
            if columns:
                # What held for the role until now, whoever it was said to, is where it starts from.
                self.grants.remove(present)
                scope, held = self._scope(relation, role)
                present.columns = list(held) if scope == "columns" else []
                self.grants.append(present)
        if columns is None or columns == []:
            present.columns = columns
        else:
            present.columns = list(present.columns or []) if present.columns is not None else []
            present.columns += [one for one in columns if one not in present.columns]

    # What a role may read.

    def _said(self, relation, role):
        grant = next((one for one in self.grants if one.on is relation and one.role == role), None)
        if grant is None:
            return "unset", []
        if grant.columns is None:
            return "table", []
        return ("columns" if grant.columns else "none"), grant.columns

    def _scope(self, relation, role):
        order = ["unset", "none", "columns", "table"]
        scope, columns = self._said(relation, role)
        if scope == "unset":
            for above in ROLES.get(role, []):
                other, more = self._said(relation, above)
                scope, columns = max(scope, other, key=order.index), columns + more
        return self._said(relation, "public") if scope == "unset" else (scope, columns)

    def visible(self, relation, role, uid):
        """The rows as {name: value} in any order; None: permission denied."""
        scope, granted = self._scope(relation, role)
        if scope == "none":
            return None
        mine = {role, "public", *ROLES[role]}
        policies = [one for one in self.policies if one.on is relation and mine & set(one.roles)]
        permissive = [one for one in policies if not one.restrictive]
        is_open = relation.source is not None and not permissive
        if is_open and scope == "unset":
            return None
        columns = [one for one in relation.columns if scope != "columns" or one in granted]
        if not columns:
            return None
        rows = []
        for row in relation.all_rows():
            seen = is_open or any(one.condition.holds(row, uid) for one in permissive)
            if seen and all(one.condition.holds(row, uid) for one in policies if one.restrictive):
                rows.append({column.name: row[column] for column in columns})
        return rows

    def result(self, function):
        return sorted(row[function.result] for row in function.source.rows
                      if row[function.filter] == function.value)
