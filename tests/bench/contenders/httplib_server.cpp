// cpp-httplib with its own loop: what prodev's speed would be had it kept that loop. The files are
// held in memory, because its mount points map and unmap the file on every request, which measured
// 12,000 requests/s where this reaches 29,000: the loop is compared, not the file access.
// Usage: httplib_server FOLDER THREADS. Prints "serving <url>" once it is bound.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "httplib.h"

namespace {

void serve_files(httplib::Server& server, const std::filesystem::path& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string body((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    server.Get("/" + entry.path().filename().string(),
               [body](const httplib::Request&, httplib::Response& response) {
                 response.set_content(body, "text/plain");
               });
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: httplib_server FOLDER THREADS\n");
    return 2;
  }
  httplib::Server server;
  const size_t threads = std::strtoul(argv[2], nullptr, 10);
  server.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
  server.set_keep_alive_max_count(100'000'000);
  server.set_tcp_nodelay(true);
  serve_files(server, argv[1]);
  const int port = server.bind_to_any_port("127.0.0.1");
  if (port < 0) {
    std::perror("httplib_server: bind");
    return 1;
  }
  std::printf("serving   http://127.0.0.1:%d\n", port);
  std::fflush(stdout);
  return server.listen_after_bind() ? 0 : 1;
}
