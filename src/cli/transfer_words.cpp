#include "cli/transfer_words.h"

#include <algorithm>

#include "config/nearest.h"
#include "server/database_file.h"

namespace prodev::cli {

namespace {

// About what was really given.
std::string unknown_format(Verb verb, const std::string& name, const std::string& path) {
  const std::string known =
      verb == Verb::kImport ? "csv, tsv, json or ndjson" : "csv, json or ndjson";
  if (!name.empty()) return "there is no format " + name + ": --format takes " + known;
  const std::string way_out = "give --format " + known;
  if (!path.empty() && path != "-") return way_out + ": the name " + path + " does not end in one";
  if (verb == Verb::kImport) return way_out + ": standard input has no name that tells";
  return way_out + ", or a file with --output, whose name tells";
}

}  // namespace

base::Result<transfer::Format> transfer_format(const CommandLine& line, const std::string& path) {
  const std::string name = line.option("--format");
  const auto format = name.empty() ? transfer::format_of_file(path) : transfer::format_called(name);
  if (format) return *format;
  return base::fail(base::Code::kUsage, unknown_format(line.verb, name, path));
}

base::Result<db::Connection> open_database(const config::Settings& settings, db::OpenMode mode) {
  const std::string path = config::effective_db_file(settings);
  TRY_ASSIGN(const bool is_there, server::has_database(settings));
  if (!is_there) {
    return base::fail(base::Code::kUsage,
                      "there is no database " + path +
                          ": prodev migrate makes the one of a project (--dir), and --db names "
                          "another");
  }
  const auto durability =
      settings.synchronous == "normal" ? db::Durability::kNormal : db::Durability::kFull;
  return db::Connection::open(path, mode, durability);
}

base::Result<const catalog::Table*> table_called(const catalog::Catalog& catalog,
                                                 const std::string& name) {
  if (const catalog::Table* table = catalog.find(name)) return table;
  std::vector<std::string> names;
  for (const catalog::Table& table : catalog.tables()) names.push_back(table.name);
  const std::string near = config::nearest(name, names);
  return base::fail(base::Code::kUsage, "there is no table " + name +
                                            (near.empty() ? "" : ": did you mean " + near + "?"));
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> items;
  for (size_t start = 0; start < text.size();) {
    const size_t comma = std::min(text.find(',', start), text.size());
    items.push_back(text.substr(start, comma - start));
    start = comma + 1;
  }
  return items;
}

}  // namespace prodev::cli
