"""Random requests that must be answered with rows."""

from filter_maker import FilterMaker
from model import NUMBERS, Caller
from request import Field, Item, Node, Order, Request

CALLERS = [Caller("anon"), Caller("authenticated", "u1"), Caller("authenticated", "u2"),
           Caller("clerk", "u3"), Caller("service_role"), Caller("service_role")]
FORMS = ["json"] * 12 + ["object", "stripped", "stripped object", "ndjson", "csv", "csv"]
MOST_DEPTH = 3


class RequestMaker:
    def __init__(self, random, schema):
        self._random = random
        self._schema = schema
        self._filters = FilterMaker(random, schema)

    def caller(self):
        return self._random.choice(CALLERS)

    def read(self):
        """A GET or HEAD."""
        table = self._random.choice(self._schema.everything())
        function = None
        if self._schema.functions and self._random.random() < 0.1:
            function = self._random.choice(self._schema.functions)
            table = function.table
        form = self._random.choice(FORMS)
        node = self.node(table, 0 if form != "csv" else MOST_DEPTH, ordered=form == "ndjson")
        single = form in ("object", "stripped object") and not node.aggregates
        if single and self._random.random() < 0.6:
            node.limit, node.order = 1, self._whole_order(node)
        request = Request("GET", self.caller(), node, form=form)
        request.count = not node.aggregates and self._random.random() < 0.35
        if form == "json" and self._random.random() < 0.08:
            request.method = "HEAD"
        request.by_range = (node.limit or 0) > 0 and self._random.random() < 0.15
        if function:
            self._call(request, function)
        return request

    def _call(self, request, function):
        request.function = function
        if function.column and self._random.random() < 0.8:
            request.least = self._random.randint(-2, 20)
        if request.method == "GET" and not request.by_range and self._random.random() < 0.3:
            request.method = "POST"
            request.body = {} if request.least is None else {"least": request.least}

    def node(self, table, depth, ordered=False, **more):
        """`ordered`: its rows must have one right order."""
        node = Node(table, **more)
        names = set()
        if self._random.random() < 0.2 and not node.to_one and not ordered:
            self._aggregate(node, names, depth)
        else:
            self._select(node, names)
            self._embed(node, names, depth, ordered)
        if node.is_empty:
            node.star = True
        counts = [0, 0, 0, 1] if node.relation else [0, 0, 1, 1, 2]
        node.filters = self._filters.trees(node, self._random.choice(counts))
        if not node.to_one:
            self._window(node, ordered)
        return node

    # Selections

    def _select(self, node, names):
        columns = node.table.columns
        if not node.spread and self._random.random() < 0.25:
            node.star = True
            names.update(column.name for column in columns)
        count = self._random.randint(0 if node.star else 1, 4)
        for column in self._random.sample(columns, min(count, len(columns))):
            self._add(node, self._item(column), names)

    def _add(self, node, item, names):
        if item.name in names or (not item.alias and self._random.random() < 0.15):
            item.alias = self._free_alias(names)
        names.add(item.name)
        node.items.append(item)

    def _free_alias(self, names):
        made = self._random.choice(["a", "Alias", "my name ", "ñ", 'al"ias'])
        return next(f"{made}{i}" for i in range(1, 1000) if f"{made}{i}" not in names)

    def _item(self, column):
        item = Item(Field(column))
        if column.kind == "json" and column.shape == "object" and self._random.random() < 0.6:
            steps, scalar = self._random.choice([
                (["n"], True), (["s"], True), (["f"], True), (["l"], False), (["o"], False),
                (["l", 0], True), (["l", -1], True), (["o", "s"], True), (["o", "n"], True),
                (["l", "x"], True), (["nothing"], True), ([0], True)])
            item.field = Field(column, steps, scalar and self._random.random() < 0.5)
        elif column.kind == "json" and column.shape != "object" and self._random.random() < 0.4:
            item.field = Field(column, [self._random.choice([0, 1, -1, 7])],
                               self._random.random() < 0.5)
        elif column.kind in ("integer", "text", "date", "boolean") and self._random.random() < 0.15:
            item.cast = "text"
        elif column.kind in ("boolean", "numeric") and not column.wide \
                and self._random.random() < 0.2:
            item.cast = self._random.choice(["int", "integer", "bigint"])
        elif column.kind == "integer" and self._random.random() < 0.05:
            item.cast = self._random.choice(["bool", "boolean"])
        return item

    def _aggregate(self, node, names, depth):
        plain = [c for c in node.table.columns if c.kind not in ("json",) and not c.collation]
        groups = self._random.sample(plain, min(self._random.choice([0, 0, 1, 1, 2]), len(plain)))
        for column in groups:
            self._add(node, Item(Field(column)), names)
        documents = [c for c in node.table.columns if c.shape == "object"]
        if documents and self._random.random() < 0.2:
            self._add(node, Item(Field(self._random.choice(documents), ["s"], True)), names)
        if documents and self._random.random() < 0.3:
            item = Item(Field(self._random.choice(documents), ["n"]), cast="numeric")
            item.aggregate = self._random.choice(["sum", "avg", "min", "max"])
            self._add(node, item, names)
        for _ in range(self._random.randint(1, 3)):
            self._add(node, self._aggregate_of(self._random.choice(plain)), names)
        if self._random.random() < 0.25 and depth < MOST_DEPTH:
            relations = [r for r in self._schema.relations[node.table] if r.to_one]
            if relations:
                self._add_embed(node, names, self._random.choice(relations), MOST_DEPTH - 1, True,
                                False)

    def _aggregate_of(self, column):
        choices = [Item(None, aggregate="count"), Item(Field(column), aggregate="count")]
        if column.kind in NUMBERS and not column.wide:
            choices += [Item(Field(column), aggregate=name) for name in ("sum", "avg", "sum", "avg")]
        if column.kind in (*NUMBERS, "text", "date", "timestamp", "uuid"):
            choices += [Item(Field(column), aggregate=name) for name in ("min", "max")]
        item = self._random.choice(choices)
        if item.aggregate == "count" and self._random.random() < 0.15:
            item.aggregate_cast = "text"
        if item.aggregate == "avg" and column.kind == "integer" and self._random.random() < 0.2:
            item.aggregate_cast = "int"
        if item.field and column.kind == "integer" and item.aggregate in ("min", "max") \
                and self._random.random() < 0.2:
            item.cast = "text"
        return item

    # Embeds

    def _embed(self, node, names, depth, ordered):
        relations = self._schema.relations[node.table]
        if depth >= MOST_DEPTH or not relations:
            return
        for _ in range(self._random.choice([0, 0, 1, 1, 2] if depth else [0, 1, 1, 2, 3])):
            self._add_embed(node, names, self._random.choice(relations), depth,
                            node.to_one and node.spread, ordered)

    def ways(self, relation):
        """(target, hint) that mean `relation` alone."""
        targets = [relation.target.name]
        hints = [""]
        if relation.junction:
            hints.append(relation.junction.name)
        else:
            names = [relation.key.name] if relation.key.name else []
            if len(relation.key.columns) == 1:
                names.append(relation.key.columns[0])
            hints += names
            targets += names if relation.forward else []
        found = []
        for target in targets:
            for hint in hints if target == relation.target.name else [""]:
                if self._schema.resolve(relation.origin, target, hint) == [relation]:
                    found.append((target, hint))
        return found

    def _add_embed(self, node, names, relation, depth, to_one_only, ordered):
        ways = self.ways(relation)
        if not ways or (to_one_only and not relation.to_one):
            return
        target, hint = self._random.choice(ways)
        spread = self._random.random() < 0.2 and not node.aggregates
        many = spread and not relation.to_one
        embed = self.node(relation.target, MOST_DEPTH if many else depth + 1, ordered or many,
                          relation=relation, target=target, hint=hint, spread=spread)
        embed.inner = self._random.random() < 0.12
        columns = {column.name for column in node.table.columns}
        taken = names | columns | {e.name for e in node.embeds}
        if spread:
            if target in taken or embed.aggregates:
                return
            self._rename(embed, names)
        else:
            if target in taken or self._random.random() < 0.25:
                embed.alias = self._free_alias(taken)
            if self._random.random() < 0.1 and not node.aggregates:
                embed.star, embed.items, embed.embeds = False, [], []
                embed.filters = self._filters.trees(embed, 1)
                embed.order = [o for o in embed.order if not o.embed]
            names.add(embed.name)
        node.embeds.append(embed)

    def _rename(self, embed, names):
        """Gives what a spread embed adds to its parent's row names that are not there yet."""
        if embed.star:
            embed.star = False
            embed.items = [Item(Field(column)) for column in embed.table.columns] + embed.items
        for part in [*embed.items, *(e for e in embed.embeds if not e.spread)]:
            if part.name in names:
                part.alias = self._free_alias(names)
            if isinstance(part, Item) or not part.is_empty:
                names.add(part.name)
        for inner in embed.embeds:
            if inner.spread:
                self._rename(inner, names)

    # Orders and windows

    def _some(self, items, most):
        return self._random.sample(items, self._random.randint(0, min(most, len(items))))

    def _window(self, node, ordered):
        windowed = self._random.random() < 0.4
        if node.aggregates:
            groups = [i for i in node.items if not i.aggregate]
            if len(node.embeds) == 0 and groups and (windowed or self._random.random() < 0.3):
                node.order = [self._order(item.field) for item in groups]
                node.limit = self._random.randint(0, 4) if windowed else None
            return
        if windowed or ordered or self._random.random() < 0.4:
            node.order = self._whole_order(node)
        if windowed:
            node.limit = self._random.choice([0, 1, 2, 3, 5, 10, 100])
            node.offset = self._random.choice([0, 0, 0, 1, 2, 5])
            if self._random.random() < 0.15:
                node.limit = None

    def _order(self, field, embed=None):
        said = self._random.choice(["", "asc", "desc"])
        nulls = self._random.choice(["", "", "nullsfirst", "nullslast"])
        return Order(field, said == "desc", said, nulls, embed)

    def _whole_order(self, node):
        """Some columns, then the key, so that there is one right order. Rows that come several
        times through a junction are equal."""
        chosen = []
        for column in self._some(node.table.columns, 2):
            if column.kind == "json":
                if column.shape == "object":
                    path, as_text = self._random.choice([(["n"], False), (["s"], True)])
                    chosen.append(self._order(Field(column, path, as_text)))
            elif column.kind != "json":
                chosen.append(self._order(Field(column)))
        for embed in node.embeds:
            plain = [c for c in embed.table.columns if c.kind != "json"]
            if embed.to_one and not embed.spread and not embed.is_empty \
                    and self._random.random() < 0.4:
                chosen.insert(0, self._order(Field(self._random.choice(plain)), embed))
        named = {order.field.column.name for order in chosen if not order.embed}
        return chosen + [self._order(Field(node.table.column(name)))
                         for name in node.table.key if name not in named]
