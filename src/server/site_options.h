// From settings to what the HTTP engine takes.
#pragma once

#include <string>

#include "config/settings.h"
#include "http/engine.h"
#include "http/site.h"
#include "http/static_files.h"

namespace prodev::server {

// What requests may take of the machine. Shared by the sites and by what answers rows.
struct Room {
  std::shared_ptr<base::Budget> bodies;  // in memory, while they come in
  std::shared_ptr<base::Budget> memory;  // of what is made of them, and of answers
  std::shared_ptr<base::TemporaryStore> temporary;
};
// `temporary_dir`: where large bodies are kept.
Room make_room(const config::Settings& settings, const std::string& temporary_dir);

// `tls`: whether the site is served over TLS.
http::SiteOptions site_options(const config::Settings& settings, const Room& room, bool tls);
http::EngineOptions engine_options(const config::Settings& settings);
http::StaticFilesOptions static_files_options(const config::Settings& settings, size_t loops);

// One per usable core unless set.
size_t loop_count(const config::Settings& settings);

}  // namespace prodev::server
