// From settings to what the HTTP engine takes.
#pragma once

#include <string>

#include "config/settings.h"
#include "http/engine.h"
#include "http/site.h"
#include "http/static_files.h"

namespace prodev::server {

// `tls`: whether the site is served over TLS. `body_directory`: where large bodies are kept.
http::SiteOptions site_options(const config::Settings& settings, const std::string& body_directory,
                               bool tls);
http::EngineOptions engine_options(const config::Settings& settings);
http::StaticFilesOptions static_files_options(const config::Settings& settings, size_t loops);

// One per usable core unless set.
size_t loop_count(const config::Settings& settings);

}  // namespace prodev::server
