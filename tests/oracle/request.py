"""What a client may ask, as a tree of names and values; wire.py says it in PostgREST's words."""

import dataclasses

from model import Caller, Column, Function, Relation, Table


@dataclasses.dataclass(eq=False)
class Field:
    """A column, or what a JSON path finds in it."""
    column: Column
    path: list = dataclasses.field(default_factory=list)  # keys, and places in arrays
    as_text: bool = False  # ->> as the last arrow

    @property
    def name(self):
        keys = [step for step in self.path if isinstance(step, str)]
        return keys[-1] if keys else self.column.name


@dataclasses.dataclass(eq=False)
class Filter:
    field: Field
    operator: str
    operands: list  # several for `in` and with a quantifier
    negated: bool = False
    quantifier: str = ""  # any or all


@dataclasses.dataclass(eq=False)
class EmbedFilter:
    """Whether an embed has no rows, or has some."""
    embed: "Node"
    negated: bool


@dataclasses.dataclass(eq=False)
class Group:
    word: str  # and, or
    negated: bool
    members: list


@dataclasses.dataclass(eq=False)
class Item:
    """A member of the result: a field, an aggregate of one, or count()."""
    field: Field
    alias: str = ""
    cast: str = ""
    aggregate: str = ""
    aggregate_cast: str = ""

    @property
    def name(self):
        return self.alias or self.aggregate or self.field.name


@dataclasses.dataclass(eq=False)
class Order:
    field: Field
    descending: bool = False
    said: str = ""  # asc, desc or nothing
    nulls: str = ""  # nullsfirst, nullslast or nothing
    embed: "Node" = None  # of one row, whose field it is

    @property
    def nulls_first(self):
        return self.nulls == "nullsfirst" or (not self.nulls and self.descending)


@dataclasses.dataclass(eq=False)
class Node:
    """Rows of one table: those asked for, or those embedded in each row of another."""
    table: Table
    relation: Relation = None  # None: at the top
    target: str = ""
    hint: str = ""
    alias: str = ""
    inner: bool = False
    spread: bool = False
    star: bool = False
    items: list = dataclasses.field(default_factory=list)
    embeds: list = dataclasses.field(default_factory=list)
    filters: list = dataclasses.field(default_factory=list)
    order: list = dataclasses.field(default_factory=list)
    limit: int = None
    offset: int = 0
    hidden: set = dataclasses.field(default_factory=set)  # columns that the caller may not read

    @property
    def name(self):
        return self.alias or self.target

    @property
    def to_one(self):
        return self.relation is not None and self.relation.to_one

    @property
    def aggregates(self):
        return any(item.aggregate for item in self.items)

    @property
    def is_empty(self):
        return not (self.star or self.items or self.embeds)

    def all_items(self):
        """With a star's columns, which are those that the caller may read."""
        star = [Item(Field(column)) for column in self.table.columns
                if self.star and column.name not in self.hidden]
        return star + self.items


@dataclasses.dataclass(eq=False)
class Request:
    method: str
    caller: Caller
    node: Node  # what to read, or of what was written to answer with
    count: bool = False
    form: str = "json"  # json, object, stripped, stripped object, ndjson, csv
    by_range: bool = False  # the window as a Range header
    function: Function = None  # that makes the rows of the node
    least: int = None  # its argument; None: not given
    # Writes
    body: object = None  # list of dicts, or one dict
    as_csv: bool = False
    columns: list = None
    on_conflict: list = None
    resolution: str = ""  # merge, ignore
    returns: bool = False
    missing_default: bool = False
    dry_run: bool = False
    max_affected: int = None
    # Deliberate mistakes
    refusal: tuple = None  # (status, code) that must be answered
    raw_query: str = ""  # in place of what the node says
    raw_body: str = ""

    @property
    def reads(self):
        return self.function is not None or self.method in ("GET", "HEAD")

    def rows(self):
        """The objects of the body of an insert."""
        return [self.body] if isinstance(self.body, dict) else self.body
