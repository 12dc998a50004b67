// StaticFiles: answers GET and HEAD with files of a folder, over those embedded in the executable.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/request.h"
#include "http/response.h"
#include "http/static_cache.h"
#include "http/static_file.h"
#include "http/static_root.h"

namespace prodev::http {

struct StaticFilesOptions {
  std::string embedded_prefix = "static/";  // assets below it are served at /
  bool serves_embedded = true;              // false: files of the folder alone
  std::string spa_fallback;                 // path that answers unknown ones; empty: 404
  StaticFileOptions files;
  size_t cache_bytes = 33'554'432;  // of all loops together
  size_t loops = 1;
};

class StaticFiles {
 public:
  // `root`: the folder laid over the embedded files; none: those alone.
  StaticFiles(const StaticFilesOptions& options, std::unique_ptr<StaticRoot> root);

  // For the inline lane: request.loop says whose cache is used.
  void handle(const Request& request, Response& response);

 private:
  struct Found {
    const StaticFile* file = nullptr;
    bool is_folder = false;
    bool is_unavailable = false;  // the system could not look
  };
  struct Embedded {
    const assets::Asset* asset = nullptr;
    std::once_flag made;  // when it was first asked for
    std::shared_ptr<const StaticFile> file;
  };
  Found find(std::string_view path, const Request& request);
  const StaticFile& embedded_file(Embedded& embedded) const;
  Found find_page(const Request& request);
  void redirect_to_folder(const Request& request, Response& response) const;

  const StaticFilesOptions options_;
  std::unique_ptr<StaticRoot> root_;
  std::vector<std::unique_ptr<StaticCache>> caches_;  // one for each loop; empty without a root
  std::unordered_map<std::string_view, Embedded> embedded_;  // by path without slash
  std::unordered_map<std::string, bool> embedded_folders_;
};

// Fills in the response for `file`: preconditions, ranges, negotiation.
void send_static_file(const StaticFile& file, const Request& request, Response& response);

}  // namespace prodev::http
