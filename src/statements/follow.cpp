#include "statements/follow.h"

#include <optional>

#include "db/quoted_texts.h"
#include "db/sql_tokens.h"
#include "db/transaction.h"
#include "statements/probe.h"
#include "text/ascii.h"

namespace prodev::statements {
namespace {

// Everything is tried in one of these, and undone.
constexpr const char* kTrial = "follow_rules";

base::Result<void> run(db::Connection& connection, const std::string& renaming) {
  const db::QuotedTextsScope as_stored(connection);
  return connection.execute(renaming);
}

// The same names and values in the same order, however they are quoted.
bool says_the_same(std::string_view a, std::string_view b) {
  db::SqlTokens left(a), right(b);
  for (;;) {
    const db::SqlToken one = left.next(), other = right.next();
    if (!text::equal_ignoring_case(one.value(), other.value())) return false;
    if (one.kind == db::SqlToken::Kind::kEnd) return other.kind == db::SqlToken::Kind::kEnd;
  }
}

// One text, there and back: what it says after the alteration. An error: why it cannot follow.
base::Result<std::string> follow_one(db::Connection& connection, const Alteration& alteration,
                                     const Probe& probe) {
  const db::Savepoint trial(connection, kTrial);
  TRY(trial.begun());
  TRY(probe.create(connection));
  TRY(run(connection, alteration.forth()));
  TRY_ASSIGN(const auto there, probe.read(connection));
  TRY(run(connection, alteration.back()));
  TRY_ASSIGN(const auto back, probe.read(connection));
  if (there && back && says_the_same(*back, probe.text().text)) return *there;
  return base::fail(base::Code::kConflict,
                    alteration.name +
                        " means something else in it already: qualify the names "
                        "there (table.column)");
}

// All of them at once, which takes SQLite as long as one: what each says after the alteration.
// nullopt: one of them cannot follow.
std::optional<std::vector<std::string>> follow_together(db::Connection& connection,
                                                        const Alteration& alteration,
                                                        const std::vector<Probe>& probes) {
  const db::Savepoint trial(connection, kTrial);
  if (!trial.begun()) return std::nullopt;
  for (const Probe& probe : probes) {
    if (!probe.create(connection)) return std::nullopt;
  }
  if (!run(connection, alteration.forth())) return std::nullopt;
  std::vector<std::string> texts;
  for (const Probe& probe : probes) {
    const auto there = probe.read(connection);
    if (!there || !*there) return std::nullopt;
    texts.push_back(**there);
  }
  if (!run(connection, alteration.back())) return std::nullopt;
  for (const Probe& probe : probes) {
    const auto back = probe.read(connection);
    if (!back || !*back || !says_the_same(**back, probe.text().text)) return std::nullopt;
  }
  return texts;
}

// A body that no view or trigger can hold, and that names what is altered.
bool is_about(const StoredText& text, const Alteration& alteration) {
  return mentions(text.text, alteration.table) &&
         (!alteration.is_of_column() || mentions(text.text, alteration.column));
}

std::string sentence(const StoredText& text, const Alteration& alteration,
                     const std::string& reason) {
  const std::string what =
      alteration.is_of_column() ? alteration.table + "." + alteration.column : alteration.table;
  return text.rule + " cannot follow " + what + " to its new name: " + reason +
         (text.kind == StoredText::Kind::kBody
              ? ". Drop the function before, and make it anew after, in this file"
              : ". Drop the policy before, and make it anew after, in this file");
}

}  // namespace

bool is_possible(db::Connection& connection, const Alteration& alteration) {
  const db::Savepoint trial(connection, kTrial);
  return trial.begun() && run(connection, alteration.forth());
}

bool may_concern(const StoredText& text, const Alteration& alteration) {
  const std::string& name = alteration.is_of_column() ? alteration.column : alteration.table;
  if (mentions(text.text, name) || mentions(text.text, alteration.name)) return true;
  return !alteration.is_of_column() && text::equal_ignoring_case(text.table, alteration.table);
}

namespace {

// nullopt: one of those that the alteration may concern has no probe.
std::optional<std::vector<Probe>> make_probes(const std::vector<StoredText>& texts,
                                              const Alteration& alteration) {
  std::vector<Probe> probes;
  for (const StoredText& text : texts) {
    if (!may_concern(text, alteration)) continue;
    std::optional<Probe> probe = Probe::make(text);
    if (!probe) return std::nullopt;
    probes.push_back(std::move(*probe));
  }
  return probes;
}

void add_changed(Followed& followed, const StoredText& text, const std::string& now) {
  if (now == text.text) return;
  followed.changed.push_back(text);
  followed.changed.back().text = now;
}

}  // namespace

base::Result<Followed> follow(db::Connection& connection, const Alteration& alteration,
                              const std::vector<StoredText>& texts) {
  Followed followed;
  if (!is_possible(connection, alteration)) return followed;
  if (const auto probes = make_probes(texts, alteration)) {
    if (const auto now = follow_together(connection, alteration, *probes)) {
      for (size_t i = 0; i < now->size(); ++i)
        add_changed(followed, (*probes)[i].text(), (*now)[i]);
      return followed;
    }
  }
  for (const StoredText& text : texts) {
    if (!may_concern(text, alteration)) continue;
    const std::optional<Probe> probe = Probe::make(text);
    base::Result<std::string> now =
        probe ? follow_one(connection, alteration, *probe)
              : base::fail(base::Code::kBadInput, "its form keeps SQLite from rewriting it");
    if (now) {
      add_changed(followed, text, *now);
    } else if (text.kind != StoredText::Kind::kBody || is_about(text, alteration)) {
      followed.lost.push_back(sentence(text, alteration, now.error().message));
    }
  }
  return followed;
}

base::Result<std::vector<StoredText>> follow_to_successor(db::Connection& connection,
                                                          const std::string& from,
                                                          const std::string& to,
                                                          const std::vector<StoredText>& texts) {
  // The successor takes the old name for a moment, so that SQLite sees what the texts refer to.
  const Alteration instead{from, {}, to, db::quoted_name(to)};
  std::vector<StoredText> changed;
  for (const StoredText& text : texts) {
    if (!mentions(text.text, from)) continue;
    StoredText former = text;
    if (text::equal_ignoring_case(text.table, to)) former.table = from;
    const std::optional<Probe> probe = Probe::make(former);
    const db::Savepoint trial(connection, kTrial);
    TRY(trial.begun());
    if (!probe || !run(connection, instead.back()) || !probe->create(connection) ||
        !run(connection, instead.forth()))
      continue;
    TRY_ASSIGN(const auto now, probe->read(connection));
    if (!now || *now == text.text) continue;
    changed.push_back(text);
    changed.back().text = *now;
  }
  return changed;
}

}  // namespace prodev::statements
