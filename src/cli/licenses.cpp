// `prodev licenses`: what is built in, from files that packaging/list-licenses writes.
#include <iomanip>
#include <ostream>
#include <sstream>
#include <vector>

#include "assets/assets.h"
#include "cli/commands.h"
#include "cli/text_table.h"
#include "config/nearest.h"
#include "http/decoder.h"
#include "text/ascii.h"

namespace prodev::cli {
namespace {

using base::Code;
using base::Result;

struct Component {
  std::string name, version, licence, source, file;
};

Result<std::string> read_text(const std::string& file) {
  constexpr uint64_t kMost = 4'194'304;
  const assets::Asset* asset = assets::find("licenses/" + file);
  if (asset == nullptr) return base::fail(Code::kInternal, "there is no text " + file);
  if (asset->identity.empty()) return http::gunzip(asset->gzip, kMost);
  return std::string(asset->identity);
}

Result<std::vector<Component>> load_components() {
  TRY_ASSIGN(const std::string index, read_text("index.tsv"));
  std::istringstream lines(index);
  std::vector<Component> components;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    Component& one = components.emplace_back();
    for (std::string* field : {&one.name, &one.version, &one.licence, &one.source, &one.file})
      std::getline(fields, *field, '\t');
  }
  return components;
}

void list(const std::vector<Component>& components, std::ostream& out) {
  TextTable table({"name", "version", "licence", "from"}, out);
  for (const Component& one : components)
    table.add({{one.name}, {one.version}, {one.licence}, {one.source}});
  table.finish();
}

Result<void> print_text(const Component& one, std::ostream& out) {
  TRY_ASSIGN(const std::string text, read_text(one.file));
  out << "==== " << one.name << ' ' << one.version << ": " << one.licence << "\n\n" << text << '\n';
  return {};
}

Result<const Component*> find(const std::vector<Component>& components, const std::string& name) {
  std::vector<std::string> names;
  for (const Component& one : components) {
    if (text::equal_ignoring_case(one.name, name)) return &one;
    names.push_back(one.name);
  }
  const std::string near = config::nearest(name, names);
  return base::fail(Code::kUsage, "nothing that is built in is called " + name + ": " +
                                      (near.empty() ? "prodev licenses lists all"
                                                    : "did you mean " + near + "?"));
}

}  // namespace

Result<int> run_licenses(const CommandLine& line, const Context& context) {
  if (line.words.size() > 1) {
    return base::fail(Code::kUsage,
                      "prodev licenses takes one name, or none: in quotes where it "
                      "has spaces");
  }
  TRY_ASSIGN(const std::vector<Component> components, load_components());
  if (!line.words.empty()) {
    TRY_ASSIGN(const Component* one, find(components, line.words[0]));
    TRY(print_text(*one, context.out));
    return 0;
  }
  list(components, context.out);
  if (!line.options.contains("--full")) return 0;
  for (const Component& one : components) {
    context.out << '\n';
    TRY(print_text(one, context.out));
  }
  return 0;
}

}  // namespace prodev::cli
