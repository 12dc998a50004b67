#include "catalog/relationships.h"

#include <algorithm>
#include <map>

#include "text/ascii.h"

namespace prodev::catalog {

namespace {

// A foreign key between two tables or views.
struct Edge {
  const Table* from = nullptr;
  const Table* to = nullptr;
  std::string constraint;
  std::vector<ColumnPair> columns;
  bool unique = false;          // at most one row of `from` for each of `to`
  const Table* base = nullptr;  // the table that declares it
};

std::vector<std::string> key_columns(const Table& table) {
  std::vector<std::string> key;
  for (const size_t i : table.primary_key) key.push_back(table.columns[i].name);
  return key;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& one) { return text::equal_ignoring_case(one, name); });
}

// The primary key and the other unique keys of `table`.
std::vector<std::vector<std::string>> unique_keys(const Table& table) {
  std::vector<std::vector<std::string>> keys;
  if (!table.primary_key.empty()) keys.push_back(key_columns(table));
  for (const Index& index : table.indexes) {
    const bool plain =
        std::find(index.columns.begin(), index.columns.end(), "") == index.columns.end();
    if (index.unique && !index.partial && plain) keys.push_back(index.columns);
  }
  return keys;
}

bool is_unique(const Table& table, const std::vector<std::string>& columns) {
  const auto keys = unique_keys(table);
  return std::any_of(keys.begin(), keys.end(), [&](const std::vector<std::string>& key) {
    return std::all_of(key.begin(), key.end(),
                       [&](const std::string& column) { return contains(columns, column); });
  });
}

// Whether several rows of the view that a to-one relationship leads to may be the one.
bool may_repeat(const Table& to, const Relationship& relationship) {
  if (to.kind != TableKind::kView || !relationship.is_to_one()) return false;
  std::vector<std::string> columns;
  for (const ColumnPair& pair : relationship.columns) columns.push_back(pair.to);
  return !is_unique(to, columns);
}

class Finder {
 public:
  explicit Finder(const std::vector<Table>& tables) : tables_(tables) {}

  std::vector<Relationship> find() {
    for (const Table& table : tables_) add_declared(table);
    for (const Table& table : tables_) add_content(table);
    add_views();
    for (const Edge& edge : edges_) add_direct(edge);
    add_junctions();
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Relationship& a, const Relationship& b) { return a.from < b.from; });
    return std::move(found_);
  }

 private:
  const Table* find_table(std::string_view name) const {
    for (const Table& table : tables_) {
      if (text::equal_ignoring_case(table.name, name)) return &table;
    }
    return nullptr;
  }

  static const Column* find_column(const Table& table, std::string_view name) {
    for (const Column& column : table.columns) {
      if (text::equal_ignoring_case(column.name, name)) return &column;
    }
    return nullptr;
  }

  void add_declared(const Table& table) {
    for (const ForeignKey& key : table.foreign_keys) {
      const Table* to = find_table(key.table);
      if (to == nullptr || key.columns.size() != key.referenced.size()) continue;
      Edge edge{&table, to, key.name, {}, is_unique(table, key.columns), &table};
      for (size_t i = 0; i < key.columns.size(); ++i) {
        const Column* from_column = find_column(table, key.columns[i]);
        const Column* to_column = find_column(*to, key.referenced[i]);
        if (from_column == nullptr || to_column == nullptr) break;
        edge.columns.push_back({from_column->name, to_column->name});
      }
      if (edge.columns.size() == key.columns.size()) edges_.push_back(std::move(edge));
    }
  }

  // fts5(..., content='product', content_rowid='id'): the rowid is that of the other table.
  void add_content(const Table& table) {
    if (table.content_table.empty() || find_column(table, "rowid") == nullptr) return;
    const Table* to = find_table(table.content_table);
    if (to == nullptr || to == &table) return;
    const Column* key = find_column(*to, table.content_rowid);
    if (key == nullptr && to->primary_key.size() == 1 && to->columns[to->primary_key[0]].not_null)
      key = &to->columns[to->primary_key[0]];
    if (key == nullptr) return;
    edges_.push_back(
        {&table, to, table.name + "_rowid_fkey", {{"rowid", key->name}}, true, &table});
  }

  // The column of `view` that shows `column` of `table`.
  static const Column* shown_as(const Table& view, const Table& table, std::string_view column) {
    for (const Column& one : view.columns) {
      if (text::equal_ignoring_case(one.origin_table, table.name) &&
          text::equal_ignoring_case(one.origin_column, column))
        return &one;
    }
    return nullptr;
  }

  void add_views() {
    const size_t declared = edges_.size();
    for (const Table& view : tables_) {
      if (view.kind != TableKind::kView) continue;
      for (size_t i = 0; i < declared; ++i) {
        if (auto edge = replace_from(edges_[i], view)) edges_.push_back(std::move(*edge));
      }
    }
    const size_t from_views = edges_.size();
    for (const Table& view : tables_) {
      if (view.kind != TableKind::kView) continue;
      for (size_t i = 0; i < from_views; ++i) {
        // A view of both ends does not belong to itself, unless its table does.
        if (edges_[i].from == &view && edges_[i].to != edges_[i].base) continue;
        if (auto edge = replace_to(edges_[i], view)) edges_.push_back(std::move(*edge));
      }
    }
  }

  static std::optional<Edge> replace_from(const Edge& edge, const Table& view) {
    Edge replaced = edge;
    replaced.from = &view;
    for (ColumnPair& pair : replaced.columns) {
      const Column* column = shown_as(view, *edge.from, pair.from);
      if (column == nullptr) return std::nullopt;
      pair.from = column->name;
    }
    return replaced;
  }

  static std::optional<Edge> replace_to(const Edge& edge, const Table& view) {
    Edge replaced = edge;
    replaced.to = &view;
    for (ColumnPair& pair : replaced.columns) {
      const Column* column = shown_as(view, *edge.to, pair.to);
      if (column == nullptr) return std::nullopt;
      pair.to = column->name;
    }
    return replaced;
  }

  void add_direct(const Edge& edge) {
    Relationship relationship;
    relationship.constraint = edge.constraint;
    relationship.cardinality = edge.unique ? Cardinality::kOneToOne : Cardinality::kManyToOne;
    relationship.from = edge.from->name;
    relationship.to = edge.to->name;
    relationship.columns = edge.columns;
    relationship.holds_key = true;
    relationship.may_repeat = may_repeat(*edge.to, relationship);
    found_.push_back(relationship);
    relationship.cardinality = edge.unique ? Cardinality::kOneToOne : Cardinality::kOneToMany;
    std::swap(relationship.from, relationship.to);
    for (ColumnPair& pair : relationship.columns) std::swap(pair.from, pair.to);
    relationship.holds_key = false;
    relationship.may_repeat = may_repeat(*edge.from, relationship);
    found_.push_back(std::move(relationship));
  }

  // Two foreign keys whose columns are all within one key of their table.
  static bool is_junction(const Edge& a, const Edge& b) {
    const auto keys = unique_keys(*a.from);
    const auto within = [](const Edge& edge, const std::vector<std::string>& key) {
      return std::all_of(edge.columns.begin(), edge.columns.end(),
                         [&](const ColumnPair& pair) { return contains(key, pair.from); });
    };
    return std::any_of(keys.begin(), keys.end(), [&](const std::vector<std::string>& key) {
      return within(a, key) && within(b, key);
    });
  }

  void add_junctions() {
    std::map<const Table*, std::vector<const Edge*>> by_table;
    for (const Edge& edge : edges_) {
      if (edge.from->kind == TableKind::kTable && !edge.unique)
        by_table[edge.from].push_back(&edge);
    }
    for (const Table& table : tables_) {
      const auto edges = by_table.find(&table);
      if (edges == by_table.end()) continue;
      for (const Edge* a : edges->second) {
        for (const Edge* b : edges->second) {
          // The same foreign key to a table and to a view of it makes no junction.
          if (a->constraint != b->constraint && is_junction(*a, *b)) add_junction(*a, *b);
        }
      }
    }
  }

  void add_junction(const Edge& a, const Edge& b) {
    Relationship relationship;
    relationship.cardinality = Cardinality::kManyToMany;
    relationship.from = a.to->name;
    relationship.to = b.to->name;
    relationship.constraint = a.constraint;
    relationship.junction = a.from->name;
    relationship.junction_constraint = b.constraint;
    for (const ColumnPair& pair : a.columns) relationship.columns.push_back({pair.to, pair.from});
    relationship.junction_columns = b.columns;
    found_.push_back(std::move(relationship));
  }

  const std::vector<Table>& tables_;
  std::vector<Edge> edges_;
  std::vector<Relationship> found_;
};

std::string list(const std::vector<ColumnPair>& pairs, bool from) {
  std::string names;
  for (const ColumnPair& pair : pairs) {
    if (!names.empty()) names += ", ";
    names += from ? pair.from : pair.to;
  }
  return "(" + names + ")";
}

}  // namespace

std::string_view name_of(Cardinality cardinality) {
  static constexpr std::string_view kNames[] = {"many-to-one", "one-to-one", "one-to-many",
                                                "many-to-many"};
  return kNames[static_cast<size_t>(cardinality)];
}

std::string Relationship::describe() const {
  if (cardinality == Cardinality::kManyToMany) {
    return junction + " using " + constraint + list(columns, false) + " and " +
           junction_constraint + list(junction_columns, true);
  }
  return constraint + " using " + from + list(columns, true) + " and " + to + list(columns, false);
}

std::vector<Relationship> find_relationships(const std::vector<Table>& tables) {
  return Finder(tables).find();
}

}  // namespace prodev::catalog
