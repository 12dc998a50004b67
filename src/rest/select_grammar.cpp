#include "rest/select_grammar.h"

#include <algorithm>

#include "rest/grammar.h"
#include "text/ascii.h"

namespace prodev::rest {

namespace {

using query::Aggregate;
using query::Embed;
using query::Outcome;
using query::Read;
using query::SelectItem;

constexpr std::string_view kStops = ".:,()!";

struct AggregateRow {
  std::string_view name;
  Aggregate aggregate;
};

constexpr AggregateRow kAggregates[] = {{"count", Aggregate::kCount},
                                        {"sum", Aggregate::kSum},
                                        {"avg", Aggregate::kAvg},
                                        {"min", Aggregate::kMin},
                                        {"max", Aggregate::kMax}};

class SelectParser {
 public:
  explicit SelectParser(std::string_view text) : scanner_("select parameter", text) {}

  Outcome<void> parse(Read& read) {
    if (scanner_.at_end()) return {};
    TRY(parse_items(read));
    scanner_.skip_blanks();
    if (!scanner_.at_end()) return scanner_.fail("',' or the end");
    return {};
  }

 private:
  Outcome<void> parse_items(Read& read) {
    do {
      if (++items_ > kMaxSelectItems)
        return scanner_.fail("at most " + std::to_string(kMaxSelectItems) + " columns");
      TRY(parse_item(read));
    } while (scanner_.take_mark(","));
    return {};
  }

  Outcome<void> parse_item(Read& read) {
    scanner_.skip_blanks();
    if (scanner_.take("...")) {
      TRY_ASSIGN(std::string target, scanner_.take_name(kStops));
      return parse_embed(read, {}, std::move(target), true);
    }
    SelectItem item;
    TRY_ASSIGN(item.field, parse_field(scanner_, kStops));
    const bool renamed = item.field.is_plain() && !item.field.column.empty() &&
                         !scanner_.rest().starts_with("::") && scanner_.take(":");
    if (renamed) {
      item.alias = std::move(item.field.column);
      TRY_ASSIGN(item.field, parse_field(scanner_, kStops));
    }
    if (item.field.column.empty()) return scanner_.fail("a column");
    const std::string_view ahead = scanner_.rest();
    if (item.field.is_plain() && is_count_of_rows(item.field, ahead)) {
      scanner_.take("()");
      item.field.column.clear();
      item.aggregate = Aggregate::kCount;
      TRY(parse_cast(item.aggregate_cast));
    } else if (item.field.is_plain() && (ahead.starts_with('(') || ahead.starts_with('!'))) {
      return parse_embed(read, std::move(item.alias), std::move(item.field.column), false);
    } else {
      TRY(parse_modifiers(item));
    }
    read.select.push_back(std::move(item));
    return {};
  }

  static bool is_count_of_rows(const query::Field& field, std::string_view ahead) {
    return field.column == "count" && ahead.starts_with("()");
  }

  Outcome<void> parse_cast(std::string& cast) {
    if (!scanner_.take_mark("::")) return {};
    cast = text::trim(scanner_.take_until(".,()"));
    if (cast.empty()) return scanner_.fail("the name of a type");
    return {};
  }

  Outcome<void> parse_modifiers(SelectItem& item) {
    TRY(parse_cast(item.cast));
    const Scanner at_dot = scanner_;
    if (!scanner_.take(".")) return {};
    const std::string_view name = scanner_.take_until(".:,()");
    const auto* row = std::find_if(std::begin(kAggregates), std::end(kAggregates),
                                   [&](const AggregateRow& known) { return known.name == name; });
    if (row == std::end(kAggregates) || !scanner_.take("()"))
      return at_dot.fail("',' or an aggregate (.count(), .sum(), .avg(), .min(), .max())");
    item.aggregate = row->aggregate;
    return parse_cast(item.aggregate_cast);
  }

  Outcome<void> parse_embed(Read& read, std::string alias, std::string target, bool spread) {
    if (target.empty()) return scanner_.fail("the name of a relation");
    if (++embeds_ > kMaxEmbeds)
      return scanner_.fail("at most " + std::to_string(kMaxEmbeds) + " embedded resources");
    if (++depth_ > kMaxEmbedDepth) {
      return scanner_.fail("at most " + std::to_string(kMaxEmbedDepth) +
                           " levels of embedded resources");
    }
    Embed embed;
    embed.target = std::move(target);
    embed.alias = std::move(alias);
    embed.spread = spread;
    while (scanner_.take("!")) {
      TRY_ASSIGN(std::string word, scanner_.take_word("!("));
      if (word == "inner" || word == "left") {
        embed.inner = word == "inner";
      } else if (embed.hint.empty() && !word.empty()) {
        embed.hint = std::move(word);
      } else {
        return scanner_.fail("inner, left or one hint");
      }
    }
    if (!scanner_.take_mark("(")) return scanner_.fail("'('");
    if (!scanner_.take_mark(")")) {
      TRY(parse_items(embed.read));
      if (!scanner_.take_mark(")")) return scanner_.fail("',' or ')'");
    }
    --depth_;
    SelectItem item;
    item.embed = read.embeds.size();
    item.alias = embed.name();
    read.embeds.push_back(std::move(embed));
    read.select.push_back(std::move(item));
    return {};
  }

  Scanner scanner_;
  size_t items_ = 0;
  size_t embeds_ = 0;
  size_t depth_ = 0;
};

}  // namespace

Outcome<void> parse_select(std::string_view text, Read& read) {
  return SelectParser(text).parse(read);
}

}  // namespace prodev::rest
