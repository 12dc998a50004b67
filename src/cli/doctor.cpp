#include <algorithm>
#include <ostream>

#include "cli/commands.h"
#include "cli/doctor_checks.h"
#include "cli/doctor_schema.h"
#include "server/folders.h"

namespace prodev::cli {
namespace {

// Stops at the project's folder, if there is none to look into.
std::vector<Finding> check_settings(const config::Settings& settings) {
  std::vector<Finding> findings = {
      {Grade::kOk, "settings", "flags, environment and file agree", ""},
      check_descriptors(settings),
      check_backlog(),
      check_memory_limit(settings),
      check_clock(),
      check_project(settings),
  };
  if (findings.back().grade == Grade::kFail) return findings;
  for (const auto check : {check_disk, check_schema_files, check_private_files, check_static_files,
                           check_certificate, check_port})
    findings.push_back(check(settings));
  for (Finding& finding : check_schema(settings)) findings.push_back(std::move(finding));
  return findings;
}

void print(const Finding& finding, std::ostream& out) {
  constexpr std::string_view kGrades[] = {"ok  ", "warn", "fail"};
  std::string check = finding.check;
  check.resize(std::max<size_t>(check.size(), 15), ' ');
  out << kGrades[static_cast<size_t>(finding.grade)] << "  " << check << ' ' << finding.says
      << '\n';
  if (finding.fix.empty()) return;
  out << std::string(22, ' ') << "-> ";
  for (const char c : finding.fix)
    out << (c == '\n' ? "\n" + std::string(25, ' ') : std::string(1, c));
  out << '\n';
}

}  // namespace

base::Result<int> run_doctor(const CommandLine& line, const Context& context) {
  std::vector<Finding> findings;
  bool is_usage = false;
  if (const auto settings = load_settings(line, context)) {
    findings = check_settings(*settings);
    const auto folder = server::check_project_folder(*settings);
    is_usage = !folder && folder.error().code == base::Code::kUsage;
  } else {
    findings.push_back({Grade::kFail, "settings", settings.error().message,
                        "mend this first; the checks that need settings were left out"});
  }
  if (!line.url.empty()) findings.push_back(check_url(line.url));
  for (const Finding& finding : findings) print(finding, context.out);
  const bool failed = std::any_of(findings.begin(), findings.end(),
                                  [](auto& finding) { return finding.grade == Grade::kFail; });
  if (is_usage) return 2;
  return failed ? 1 : 0;
}

}  // namespace prodev::cli
