#include "records/find_function.h"

#include <algorithm>

#include "config/nearest.h"
#include "query/json_as_form.h"

namespace prodev::records {

namespace {

using catalog::Argument;
using catalog::Function;
using catalog::ValueKind;
using Form = GivenArguments::Form;
using Functions = std::vector<const Function*>;

// Those that can be called by this name.
Functions functions_called(const Schema& schema, std::string_view name) {
  const std::vector<Function>& all = schema.catalog->functions();
  auto one = std::lower_bound(all.begin(), all.end(), name,
                              [](const Function& a, std::string_view b) { return a.name < b; });
  Functions found;
  for (; one != all.end() && one->name == name; ++one) {
    if (!one->takes_row()) found.push_back(&*one);
  }
  return found;
}

bool has_single(const Function& function, ValueKind kind, bool named_too) {
  if (function.arguments.size() != 1) return false;
  const Argument& argument = function.arguments.front();
  return argument.column.kind == kind && !argument.element &&
         (named_too || argument.column.name.empty());
}

bool has_argument(const Function& function, std::string_view name) {
  return !name.empty() && std::any_of(function.arguments.begin(), function.arguments.end(),
                                      [&](const Argument& one) { return one.column.name == name; });
}

bool takes_names(const Function& function, const std::vector<std::string>& names) {
  const bool knows_all = std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return has_argument(function, name);
  });
  return knows_all &&
         std::all_of(function.arguments.begin(), function.arguments.end(),
                     [&](const Argument& one) {
                       return !one.required() ||
                              std::binary_search(names.begin(), names.end(), one.column.name);
                     });
}

bool takes_whole(const Function& function, const GivenArguments& given) {
  switch (given.form) {
    case Form::kJson:
      return has_single(function, ValueKind::kJson, given.one_object);
    case Form::kText:
      return has_single(function, ValueKind::kText, false);
    case Form::kBytes:
      return has_single(function, ValueKind::kBlob, false);
    case Form::kNamed:
      break;
  }
  return false;
}

Functions matching(const Functions& candidates, const GivenArguments& given, bool whole) {
  Functions found;
  for (const Function* one : candidates) {
    if (whole ? takes_whole(*one, given) : takes_names(*one, given.names)) found.push_back(one);
  }
  return found;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

// "(a, b)", as the hint names an overload.
std::string arguments_of(const Function& function) {
  std::vector<std::string> names;
  for (const Argument& argument : function.arguments) names.push_back(argument.column.name);
  std::sort(names.begin(), names.end());
  return "(" + list_of(names) + ")";
}

// As much of a list as an error shows, and compares with what there is.
std::string beginning_of(std::string list) {
  constexpr size_t kShownBytes = 300;
  if (list.size() <= kShownBytes) return list;
  list.resize(kShownBytes);
  return list + "...";
}

// Those that `role` may call: that there are others is not for it to know.
Functions callable_of(const Schema& schema, std::string_view role, Functions functions) {
  std::erase_if(functions,
                [&](const Function* one) { return !schema.rules->may_execute(role, one->id); });
  return functions;
}

// `candidates`: those called `name` that `role` may call.
std::string hint_of(const Schema& schema, std::string_view role, std::string_view name,
                    const Functions& candidates, const GivenArguments& given) {
  constexpr std::string_view kBegin = "Perhaps you meant to call the function public.";
  for (const std::string& given_name : given.names) {
    if (const std::string_view advice = query::advice_about_json(given_name); !advice.empty())
      return std::string(advice);
  }
  std::vector<std::string> known;
  if (candidates.empty()) {
    for (const Function& function : schema.catalog->functions()) {
      if (!function.takes_row() && schema.rules->may_execute(role, function.id))
        known.push_back(function.name);
    }
    const std::string near = config::nearest(name, known);
    return near.empty() ? "" : std::string(kBegin) + near;
  }
  for (const Function* one : candidates) known.push_back(arguments_of(*one));
  const std::string near = config::nearest("(" + beginning_of(list_of(given.names)) + ")", known);
  return std::string(kBegin) + std::string(name) + (near.empty() ? known.front() : near);
}

tl::unexpected<query::ApiError> none_found(const Schema& schema, std::string_view role,
                                           std::string_view name, const Functions& candidates,
                                           const GivenArguments& given) {
  const std::string function = "public." + std::string(name);
  const bool whole = given.form == Form::kText || given.form == Form::kBytes;
  const std::string list = beginning_of(list_of(given.names));
  std::string called = function;
  if (!whole) called += list.empty() ? " without parameters" : "(" + list + ")";
  std::string searched = " without parameters";
  if (!list.empty())
    searched = (given.names.size() > 1 ? " with parameters " : " with parameter ") + list;
  if (given.form == Form::kJson) searched += " or with a single unnamed json/jsonb parameter";
  if (given.form == Form::kText) searched = " with a single unnamed text parameter";
  if (given.form == Form::kBytes) searched = " with a single unnamed bytea parameter";
  return query::refuse({404, "PGRST202",
                        "Could not find the function " + called + " in the schema cache",
                        "Searched for the function " + function + searched +
                            ", but no matches were found in the schema cache.",
                        hint_of(schema, role, name, candidates, given)});
}

tl::unexpected<query::ApiError> several_found(const Functions& found) {
  std::string list;
  for (const Function* one : found) {
    list += (list.empty() ? "public." : ", public.") + one->name + "(";
    for (const Argument& argument : one->arguments) {
      if (&argument != &one->arguments.front()) list += ", ";
      list += argument.column.name + " => " + argument.column.declared_type;
    }
    list += ")";
  }
  return query::refuse(
      {300,
       "PGRST203",
       "Could not choose the best candidate function between: " + list,
       {},
       "Try renaming the parameters or the function itself in the database so function overloading "
       "can be resolved"});
}

}  // namespace

query::Outcome<FoundFunction> find_function(const Schema& schema, std::string_view role,
                                            std::string_view name, const GivenArguments& given) {
  const Functions candidates = functions_called(schema, name);
  const bool only_whole =
      given.one_object || given.form == Form::kText || given.form == Form::kBytes;
  bool whole = only_whole;
  Functions found = matching(candidates, given, only_whole);
  if (found.empty() && !only_whole) {
    whole = true;
    found = matching(candidates, given, true);
  }
  if (found.empty()) {
    const Functions callable = callable_of(schema, role, candidates);
    return none_found(schema, role, name, callable, given);
  }
  if (found.size() > 1) {
    const Functions callable = callable_of(schema, role, found);
    if (callable.size() > 1) return several_found(callable);
    if (!callable.empty()) found = callable;
  }
  return FoundFunction{found.front(), whole};
}

bool is_argument(const Schema& schema, std::string_view name, std::string_view argument) {
  const Functions candidates = functions_called(schema, name);
  return std::any_of(candidates.begin(), candidates.end(),
                     [&](const Function* one) { return has_argument(*one, argument); });
}

query::Outcome<void> authorize_call(const Schema& schema, std::string_view role,
                                    const Function& function) {
  if (schema.rules->may_execute(role, function.id)) return {};
  return query::refuse({403, "42501", "permission denied for function " + function.name});
}

}  // namespace prodev::records
