// Components: the named parts of a document that its operations refer to.
//
// Parts that every document may need are there from the start; those of a table are added. What is
// written in the end is what was referred to, so that a document holds nothing that it does not
// use.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "text/json_writer.h"

namespace prodev::openapi {

class Components {
 public:
  Components();

  // `section`: "schemas", "parameters", "responses", "headers". `json` may refer to other parts.
  void add(std::string_view section, const std::string& name, std::string json);

  // Writes {"$ref":"#/components/SECTION/NAME"}. REQUIRES: there is such a part, at the latest when
  // write() is called.
  void refer(text::JsonWriter& out, std::string_view section, std::string_view name);

  // Notes what `json`, which goes into the document as it is, refers to.
  void note_references(std::string_view json);

  void note_use(std::string_view section, std::string_view name);

  // The components object: what was referred to, by name, with what that refers to.
  void write(text::JsonWriter& out) const;

 private:
  struct Part {
    std::string json;
    bool used = false;
  };

  std::map<std::string, std::map<std::string, Part, std::less<>>, std::less<>> sections_;
};

// Names made of A-Z, a-z, 0-9, "_", "-" and ".", each given once: of components and operations.
class Names {
 public:
  // `wanted` with "_" for other characters, and a number behind it when it is taken.
  std::string take(std::string_view wanted);

 private:
  std::map<std::string, size_t, std::less<>> taken_;
};

}  // namespace prodev::openapi
