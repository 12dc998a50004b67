#include "http/static_files.h"

#include "assets/assets.h"
#include "text/negotiation.h"
#include "text/url.h"

namespace prodev::http {

namespace {

constexpr std::string_view kIndex = "index.html";

bool wants_page(const Request& request) {
  const std::string_view name = std::string_view(request.path).substr(request.path.rfind('/') + 1);
  std::string joined;
  return name.find('.') == std::string_view::npos &&
         text::names_type(request.head.find_list("accept", joined), "text/html");
}

}  // namespace

StaticFiles::StaticFiles(const StaticFilesOptions& options, std::unique_ptr<StaticRoot> root)
    : options_(options), root_(std::move(root)) {
  for (size_t i = 0; root_ && i < options_.loops; ++i) {
    caches_.push_back(std::make_unique<StaticCache>(*root_, options_.files,
                                                    options_.cache_bytes / options_.loops));
  }
  for (const assets::Asset& asset : assets::all()) {
    if (!options_.serves_embedded || !asset.path.starts_with(options_.embedded_prefix)) continue;
    const std::string_view path = asset.path.substr(options_.embedded_prefix.size());
    embedded_[path].asset = &asset;
    for (size_t slash = path.find('/'); slash != std::string_view::npos;
         slash = path.find('/', slash + 1)) {
      embedded_folders_[std::string(path.substr(0, slash))] = true;
    }
  }
}

// `path`: without the first slash. The result is valid until the next lookup on this loop.
StaticFiles::Found StaticFiles::find(std::string_view path, const Request& request) {
  bool is_folder = false;
  if (root_) {
    const auto& entry = caches_[request.loop]->find(path, request.started_ns / 1'000'000);
    if (entry.file) return {entry.file.get(), false};
    // Not the embedded file of that name: it may be another.
    if (entry.kind == StaticRoot::Kind::kUnavailable) return {nullptr, false, true};
    is_folder = entry.kind == StaticRoot::Kind::kFolder;
  }
  const auto embedded = embedded_.find(path);
  if (embedded != embedded_.end()) return {&embedded_file(embedded->second), false};
  return {nullptr, is_folder || embedded_folders_.contains(std::string(path))};
}

const StaticFile& StaticFiles::embedded_file(Embedded& embedded) const {
  std::call_once(embedded.made,
                 [&] { embedded.file = make_static_file(*embedded.asset, options_.files); });
  return *embedded.file;
}

StaticFiles::Found StaticFiles::find_page(const Request& request) {
  std::string_view path = std::string_view(request.path).substr(1);
  if (!path.empty() && !path.ends_with('/')) return find(path, request);
  return find(std::string(path).append(kIndex), request);
}

void StaticFiles::handle(const Request& request, Response& response) {
  if (!serveable_path(request.head.path, request.path)) {
    set_error(response, 404, "not_found", "there is no file at this path");
    return;
  }
  Found found = find_page(request);
  if (found.is_folder && !request.path.ends_with('/')) {
    const Found index = find(request.path.substr(1) + "/" + std::string(kIndex), request);
    if (index.file != nullptr) {
      redirect_to_folder(request, response);
      return;
    }
  }
  if (found.file == nullptr && !options_.spa_fallback.empty() && wants_page(request)) {
    found = find(std::string_view(options_.spa_fallback).substr(1), request);
  }
  if (found.is_unavailable) {
    set_error(response,
              {base::Code::kUnavailable, "the server cannot read its files at the moment"});
    return;
  }
  if (found.file == nullptr) {
    set_error(response, 404, "not_found", "there is no file at this path");
    return;
  }
  send_static_file(*found.file, request, response);
}

// Relative links of a page count from its last slash.
void StaticFiles::redirect_to_folder(const Request& request, Response& response) const {
  std::string location = text::relative_to_itself(request.head.path);
  location += '/';
  if (!request.head.query.empty()) location.append("?").append(request.head.query);
  response.status = 308;
  response.add_header("Location", location);
}

}  // namespace prodev::http
