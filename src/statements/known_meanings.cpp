#include "statements/known_meanings.h"

#include <algorithm>
#include <vector>

#include "text/ascii.h"

namespace prodev::statements {
namespace {

base::Result<std::vector<View>> load_views(db::Connection& connection) {
  std::vector<View> views;
  TRY_ASSIGN(db::Statement rows,
             connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'view'"));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return views;
    views.push_back({std::string(rows.column_text(0)), std::string(rows.column_text(1))});
  }
}

}  // namespace

base::Result<void> KnownMeanings::remember(db::Connection& connection) {
  TRY_ASSIGN(const std::vector<StoredText> texts, load_stored_texts(connection));
  for (const StoredText& text : texts) {
    const auto known = texts_.find(text.key());
    if (known != texts_.end() && known->second.text == text.text) continue;
    if (known != texts_.end()) texts_.erase(known);
    TRY_ASSIGN(const std::optional<Meaning> meaning, Meaning::of(connection, text));
    if (meaning) texts_.insert({text.key(), {text.text, *meaning}});
  }
  TRY_ASSIGN(const std::vector<View> views, load_views(connection));
  for (const View& view : views) {
    if (views_.contains(view.name)) continue;
    TRY_ASSIGN(const std::optional<Meaning> meaning, Meaning::of(connection, view));
    if (meaning) views_.insert({view.name, *meaning});
  }
  return {};
}

void KnownMeanings::renamed_table(std::string_view from, std::string_view to) {
  for (auto& [key, known] : texts_) known.meaning.rename_table(from, to);
  for (auto& [name, meaning] : views_) meaning.rename_table(from, to);
}

void KnownMeanings::renamed_table(const StoredText& text, std::string_view from,
                                  std::string_view to) {
  if (const auto known = texts_.find(text.key()); known != texts_.end())
    known->second.meaning.rename_table(from, to);
}

void KnownMeanings::renamed_column(std::string_view table, std::string_view from,
                                   std::string_view to) {
  for (auto& [key, known] : texts_) known.meaning.rename_column(table, from, to);
  for (auto& [name, meaning] : views_) meaning.rename_column(table, from, to);
}

void KnownMeanings::rewritten(const StoredText& text) {
  if (const auto known = texts_.find(text.key()); known != texts_.end())
    known->second.text = text.text;
}

void KnownMeanings::forget_view(std::string_view name) { views_.erase(std::string(name)); }

void KnownMeanings::touched(std::string_view relation, size_t number) {
  touched_[text::lowered(relation)] = last_touched_ = number;
}

std::optional<KnownMeanings::Change> KnownMeanings::compared(
    const std::string& rule, const Meaning& before, const std::optional<Meaning>& after) const {
  if (!after) return std::nullopt;
  const std::optional<Meaning::Change> change = before.change_to(*after);
  if (!change) return std::nullopt;
  std::optional<size_t> statement;
  for (const std::string& table : change->tables) {
    if (const auto found = touched_.find(table); found != touched_.end())
      statement = std::max(statement.value_or(0), found->second);
  }
  return Change{rule + " " + change->sentence, {}, statement.value_or(last_touched_)};
}

base::Result<std::optional<KnownMeanings::Change>> KnownMeanings::find_change(
    db::Connection& connection, const StoredText& text) const {
  const auto known = texts_.find(text.key());
  if (known == texts_.end() || known->second.text != text.text) return std::optional<Change>();
  TRY_ASSIGN(const std::optional<Meaning> now, Meaning::of(connection, text));
  std::optional<Change> change = compared(text.rule, known->second.meaning, now);
  if (change) {
    change->way_out =
        text.kind == StoredText::Kind::kBody ? "CREATE OR REPLACE FUNCTION" : "ALTER POLICY";
  }
  return change;
}

base::Result<std::optional<KnownMeanings::Change>> KnownMeanings::find_change(
    db::Connection& connection) const {
  if (!texts_.empty()) {
    TRY_ASSIGN(const std::vector<StoredText> texts, load_stored_texts(connection));
    for (const StoredText& text : texts) {
      TRY_ASSIGN(std::optional<Change> change, find_change(connection, text));
      if (change) return change;
    }
  }
  if (views_.empty()) return std::optional<Change>();
  TRY_ASSIGN(const std::vector<View> views, load_views(connection));
  for (const View& view : views) {
    const auto known = views_.find(view.name);
    if (known == views_.end()) continue;
    TRY_ASSIGN(const std::optional<Meaning> now, Meaning::of(connection, view));
    std::optional<Change> change = compared("view " + view.name, known->second, now);
    if (!change) continue;
    change->way_out = "DROP VIEW and CREATE VIEW";
    return change;
  }
  return std::optional<Change>();
}

}  // namespace prodev::statements
