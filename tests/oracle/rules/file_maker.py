"""Random schema files over a model of rules: the SQL of each, with the model changed as it should be."""

from rules_model import Column, Condition, Function, Policy, Refused, Relation

VALUES = ("u1", "u2", "x")
TABLES = ("alpha", "beta", "gamma", "delta", "omega")
SHARED = "k"  # a column of several tables; all others have names of their own


class FileMaker:
    def __init__(self, chance, model):
        self.chance = chance
        self.model = model
        self.sql = []
        self.refused = False
        self._dropped = set()  # names: within one file another table of such a name is a successor
        self._kept = []  # renamed in this file: not dropped in it
        self._numbers = 0

    def make(self, number, actions):
        """The text of a file, and whether it must be refused."""
        self.sql, self.refused, self._dropped, self._kept = [], False, set(), []
        self._file = number
        for action in range(actions):
            if number == 0 and action < 3:
                self._create_table()
            elif number == 0 and action < 9:
                self._add_rule()
            else:
                self.chance.choice([self._rename_table, self._rename_table, self._swap, self._rename_column,
                                    self._rename_column, self._rename_column, self._drop_column, self._drop_column,
                                    self._drop_table, self._create_table, self._rebuild, self._rebuild, self._rebuild,
                                    self._add_column, self._add_column, self._put_behind_view,
                                    self._remake_view, self._create_view, self._drop_view,
                                    self._add_rule, self._add_rule, self._add_rule, self._create_function])()
            if self.refused:
                break
        return "\n".join(self.sql) + "\n", self.refused

    # Names.

    def _unique(self, prefix):
        self._numbers += 1
        return f"{prefix}{self._file}_{self._numbers}"

    def _free_table(self):
        free = [name for name in TABLES if self.model.named(name) is None and name not in self._dropped]
        return self.chance.choice(free) if free else None

    def _free_column(self, table):
        """One that the table does not have, though it may have had: no other table's, so that no name
        in a subquery can be taken for another, but SHARED."""
        mark = table.columns[0].name[0]
        names = [f"{mark}{i}" for i in range(6)]
        used = {one.name for one in table.columns}
        free = [name for name in names if name not in used]
        return self.chance.choice(free) if free else None

    def _word(self, name):
        return self.chance.choice([name, name, name.upper(), f'"{name}"', f"[{name}]"])

    def _table(self):
        tables = self.model.tables()
        return self.chance.choice(tables) if tables else None

    def _attempt(self, change):
        try:
            change()
        except Refused:
            self.refused = True

    # Tables.

    def _columns_sql(self, columns):
        return ", ".join(one.name + (" TEXT" if i else " TEXT NOT NULL") for i, one in enumerate(columns))

    def _create_table(self):
        name = self._free_table()
        if name is None:
            return
        marks = {one.columns[0].name[0] for one in self.model.tables()}
        mark = next(one for one in "abcdefgh" if one not in marks)
        table = Relation(name, [Column(f"{mark}{i}") for i in range(3)])
        if self.chance.random() < 0.6:
            table.columns.append(Column(SHARED))
        for _ in range(self.chance.randint(2, 5)):
            table.rows.append({column: self.chance.choice(VALUES) for column in table.columns})
        self.model.relations.append(table)
        values = ", ".join("(" + ", ".join(f"'{row[one]}'" for one in table.columns) + ")" for row in table.rows)
        self.sql += [f"CREATE TABLE {name} ({self._columns_sql(table.columns)});",
                     f"INSERT INTO {name} VALUES {values};"]

    def _rename_table(self):
        table, name = self._table(), self._free_table()
        if table is None or name is None:
            return
        self.sql.append(f"ALTER TABLE {self._word(table.name)} RENAME TO {name};")
        table.name = name
        self._kept.append(table)

    def _swap(self):
        if len(self.model.tables()) < 2:
            return
        one, other = self.chance.sample(self.model.tables(), 2)
        self.sql += [f"ALTER TABLE {one.name} RENAME TO aside;", f"ALTER TABLE {other.name} RENAME TO {one.name};",
                     f"ALTER TABLE aside RENAME TO {other.name};"]
        one.name, other.name = other.name, one.name
        self._kept += [one, other]

    def _rename_column(self):
        table = self._table()
        name = table and self._free_column(table)
        if not name:
            return
        column = self.chance.choice([one for one in table.columns if one.name != SHARED])
        self.sql.append(f"ALTER TABLE {self._word(table.name)} RENAME COLUMN {self._word(column.name)} TO {name};")
        self._attempt(lambda: self.model.rename_column(table, column, name))

    def _drop_column(self):
        table = self._table()
        if table is None or len(table.columns) < 2:
            return
        column = self._column_to_drop(table)
        if any(one.base is column for view in self.model.views_of(table) for one in view.columns):
            return
        self.sql.append(f"ALTER TABLE {table.name} DROP COLUMN {self._word(column.name)};")
        self._attempt(lambda: self.model.drop_column(table, column))

    def _column_to_drop(self, table):
        """The first tells the table's mark, so it stays."""
        shared = [one for one in table.columns if one.name == SHARED]
        return self.chance.choice(shared or table.columns[1:])

    def _add_column(self):
        """SHARED, by ALTER TABLE or by making the table anew."""
        tables = [one for one in self.model.tables() if all(column.name != SHARED for column in one.columns)]
        if not tables:
            return
        table = self.chance.choice(tables)
        if self.model.views_of(table) or self.chance.random() < 0.3:
            self.sql.append(f"ALTER TABLE {table.name} ADD COLUMN {SHARED} TEXT;")
        else:
            self._rebuild_sql(table, table.columns, [Column(SHARED)])
        self._attempt(lambda: self.model.add_column(table, Column(SHARED)))

    def _put_behind_view(self):
        """A table that only its own rules name, which a view is to have none of."""
        tables = [one for one in self.model.tables() if one not in self._kept and not self.model.views_of(one)
                  and all(policy.condition.other is not one for policy in self.model.policies)
                  and all(function.source is not one for function in self.model.functions)]
        base = self._free_table()
        if not tables or base is None:
            return
        table = self.chance.choice(tables)
        self._grant(table)
        name, names = table.name, ", ".join(one.name for one in table.columns)
        made = [f"CREATE TABLE {base} ({self._columns_sql(table.columns)});"]
        view = f"CREATE VIEW {name} AS SELECT {names} FROM {base};"
        if self.chance.random() < 0.5:
            self.sql += [*made, f"INSERT INTO {base} SELECT {names} FROM {name};", f"DROP TABLE {name};", view]
        else:
            self.sql += [f"ALTER TABLE {name} RENAME TO old;", *made, f"INSERT INTO {base} SELECT {names} FROM old;",
                         view, "DROP TABLE old;"]
        self.model.put_behind_view(table, base)

    def _drop_table(self):
        table = self._table()
        if table is None or self.model.views_of(table) or table in self._kept or len(self.model.tables()) < 3:
            return
        self.sql.append(f"DROP TABLE {self._word(table.name)};")
        self._dropped.add(table.name)
        self._attempt(lambda: self.model.drop(table))

    def _rebuild(self):
        """A table made anew; its views, which SQLite would hold it by, are too."""
        table = self._table()
        if table is None:
            return
        views = self.model.views_of(table)
        self.sql += [f"DROP VIEW {one.name};" for one in views]
        if len(table.columns) > 1 and self.chance.random() < 0.3:
            column = self._column_to_drop(table)
            if not any(one.base is column for view in views for one in view.columns):
                self._attempt(lambda: self.model.rebuild_without(table, column))
                if self.refused:
                    self._rebuild_sql(table, [one for one in table.columns if one is not column])
                    return
        self._rebuild_sql(table, table.columns)
        self.sql += [self._view_sql(one) for one in views]

    def _rebuild_sql(self, table, columns, added=()):
        name, kept = table.name, ", ".join(one.name for one in columns)
        names = ", ".join([kept, *("NULL" for _ in added)])
        made = f"({self._columns_sql([*columns, *added])});"
        order = self.chance.randrange(5)
        if order == 0:
            self.sql += [f"CREATE TABLE fresh {made}", f"INSERT INTO fresh SELECT {names} FROM {name};",
                         f"DROP TABLE {name};", f"ALTER TABLE fresh RENAME TO {name};"]
        elif order == 1:
            self.sql += [f"ALTER TABLE {name} RENAME TO old;", f"CREATE TABLE {name} {made}",
                         f"INSERT INTO {name} SELECT {names} FROM old;", "DROP TABLE old;"]
        elif order == 2:
            self.sql += [f"CREATE TEMP TABLE kept AS SELECT {kept} FROM {name};", f"DROP TABLE {name};",
                         f"CREATE TABLE {name} {made}", f"INSERT INTO {name} SELECT {names} FROM kept;",
                         "DROP TABLE kept;"]
        elif order == 3:
            self.sql += [f"CREATE TABLE fresh {made}", f"INSERT INTO fresh SELECT {names} FROM {name};",
                         f"ALTER TABLE {name} RENAME TO old;", f"ALTER TABLE fresh RENAME TO {name};",
                         "DROP TABLE old;"]
        else:
            self.sql += [f"ALTER TABLE {name} RENAME TO old;", f"CREATE TABLE fresh {made}",
                         f"INSERT INTO fresh SELECT {names} FROM old;", "DROP TABLE old;",
                         f"ALTER TABLE fresh RENAME TO {name};"]

    # Views.

    def _view_sql(self, view):
        columns = ", ".join(one.base.name for one in view.columns)
        return f"CREATE VIEW {view.name} AS SELECT {columns} FROM {view.source.name};"

    def _create_view(self):
        table = self._table()
        if table is None or len(self.model.relations) > 7:
            return
        chosen = self.chance.sample(table.columns, self.chance.randint(1, len(table.columns)))
        view = Relation(self._unique("view"), [Column(one.name, one) for one in chosen], source=table)
        self.model.relations.append(view)
        self.sql.append(self._view_sql(view))

    def _some_view(self):
        views = [one for one in self.model.relations if one.source is not None]
        return self.chance.choice(views) if views else None

    def _drop_view(self):
        view = self._some_view()
        if view is not None:
            self.sql.append(f"DROP VIEW {view.name};")
            self._dropped.add(view.name)
            self.model.drop(view)

    def _remake_view(self):
        view = self._some_view()
        if view is not None:
            self.sql += [f"DROP VIEW {view.name};", self._view_sql(view)]

    # Rules.

    def _add_rule(self):
        if not self.model.relations:
            return
        relation = self.chance.choice(self.model.relations)
        if self.chance.random() < 0.4:
            return self._grant(relation)
        condition, text = self._condition(relation)
        roles = self.chance.choice([["public"], ["anon"], ["staff"], ["authenticated", "editor"], ["staff", "anon"]])
        policy = Policy(self._unique("p"), relation, self.chance.random() < 0.3, roles, condition)
        self.model.policies.append(policy)
        self.sql.append(f"CREATE POLICY {policy.name} ON {relation.name}"
                        f"{' AS RESTRICTIVE' if policy.restrictive else ''} FOR SELECT TO {', '.join(roles)}"
                        f" USING ({text});")

    def _grant(self, relation):
        role = self.chance.choice(["public", "anon", "staff", "editor", "authenticated"])
        kind = self.chance.random()
        if kind < 0.15:
            self.sql.append(f"REVOKE SELECT ON {relation.name} FROM {role};")
            return self.model.grant(relation, role, [])
        if kind < 0.4:
            self.sql.append(f"GRANT SELECT ON {relation.name} TO {role};")
            return self.model.grant(relation, role, None)
        columns = self.chance.sample(relation.columns, self.chance.randint(1, len(relation.columns)))
        self.sql.append(f"GRANT SELECT ({', '.join(one.name for one in columns)}) ON {relation.name} TO {role};")
        return self.model.grant(relation, role, columns)

    def _condition(self, relation):
        if self.chance.random() < 0.25:
            return Condition(), "true"
        column = self.chance.choice(relation.columns)
        own = self._word(column.name)
        if self.chance.random() < 0.4:
            own = self._word(relation.name) + "." + own
        kind = self.chance.random()
        if kind < 0.3:
            return Condition(column), f"{own} = auth.uid()"
        value = self.chance.choice(VALUES)
        others = [one for one in self.model.tables() if one is not relation and one is not relation.source]
        if kind < 0.6 or not others:
            return Condition(column, value), f"/* a note */ {own}='{value}'"
        other = self.chance.choice(others)
        member, where = self.chance.choice(other.columns), self.chance.choice(other.columns)
        if kind > 0.75:
            return self._matching(relation, column, value, other, where)
        source, name = self.chance.choice([(other.name, other.name + "."), (other.name, ""), (other.name + " AS o", "o.")])
        return (Condition(column, value, other, member, where),
                f"{own} IN (SELECT {name}{self._word(member.name)} FROM {source} WHERE {name}{where.name} = '{value}')")

    def _matching(self, relation, column, value, other, where):
        """A subquery that compares a column of its table with one of the policy's, with as few tables in front
        of the names as SQLite needs."""
        shared = {one.name: one for one in other.columns if one.name == SHARED}
        mine = [one for one in relation.columns if one.name == SHARED]
        column = self.chance.choice(mine or [column])
        member = shared.get(column.name) or self.chance.choice(other.columns)
        loose = column.name not in shared
        own = column.name if loose else f"{relation.name}.{column.name}"
        return (Condition(column, value, other, member, where, loose),
                f"EXISTS (SELECT 1 FROM {other.name} WHERE {member.name} = {own} AND {where.name} = '{value}')")

    def _create_function(self):
        table = self._table()
        if table is None or len(self.model.functions) > 2:
            return
        result, where = self.chance.choice(table.columns), self.chance.choice(table.columns)
        one = Function(self._unique("f"), table, result, where, self.chance.choice(VALUES))
        self.model.functions.append(one)
        self.sql += [f"CREATE FUNCTION {one.name}() RETURNS SETOF text LANGUAGE sql STABLE AS"
                     f" $$ SELECT {result.name} FROM {self._word(table.name)} t WHERE {where.name} = '{one.value}' $$;",
                     f"GRANT EXECUTE ON FUNCTION {one.name} TO public;"]
