#include "server/server.h"

#include <sodium.h>
#include <sys/resource.h>
#include <unistd.h>

#include <iomanip>
#include <optional>
#include <ostream>
#include <sstream>

#include "base/build_info.h"
#include "base/clock.h"
#include "db/statement_watch.h"
#include "http/engine.h"
#include "net/address.h"
#include "net/listener.h"
#include "net/tls.h"
#include "server/absent_protocols.h"
#include "server/control_socket.h"
#include "server/database.h"
#include "server/folders.h"
#include "server/memory_return.h"
#include "server/routes.h"
#include "server/signals.h"
#include "server/site_options.h"
#include "server/sockets.h"
#include "server/start_lock.h"
#include "server/state.h"
#include "server/takeover.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace prodev::server {

namespace {

using telemetry::Level;

// Each connection is a descriptor; the soft limit of most shells is far below what is allowed.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

telemetry::LogOptions log_options(const config::Settings& settings) {
  telemetry::LogOptions options;
  options.format =
      settings.log_format == "json" ? telemetry::LogFormat::kJson : telemetry::LogFormat::kText;
  if (settings.log_level == "debug") options.level = Level::kDebug;
  if (settings.log_level == "warn") options.level = Level::kWarn;
  if (settings.log_level == "error") options.level = Level::kError;
  return options;
}

// The log's thread, for as long as the server lives.
class LogSession {
 public:
  explicit LogSession(const config::Settings& settings) {
    telemetry::start_log(log_options(settings));
  }
  ~LogSession() { telemetry::stop_log(); }
  LogSession(const LogSession&) = delete;
  LogSession& operator=(const LogSession&) = delete;
};

using TlsPointer = std::shared_ptr<const net::TlsContext>;

base::Result<TlsPointer> load_tls(const config::Settings& settings) {
  if (settings.tls_cert.empty()) return TlsPointer();
  return net::TlsContext::load({settings.tls_cert, settings.tls_key});
}

// Everything between the settings and the engine, in the order it is made; undone in reverse.
struct Server {
  Folders folders;
  Room room;
  TlsPointer tls;
  ListeningSockets sockets;  // moved to the engine when it starts
  std::unique_ptr<Database> database;
  State state;
  std::unique_ptr<http::StaticFiles> files;
  std::unique_ptr<telemetry::Metrics> metrics;
  std::unique_ptr<http::Site> main_site;
  std::unique_ptr<http::Site> redirect_site;
  std::unique_ptr<http::Engine> engine;
  std::unique_ptr<ControlSocket> control;
  bool has_pages = true;  // those that are built in
  std::string main_url;
  std::string redirect_url;
};

std::vector<std::string> metric_labels(const std::vector<http::Route>& main,
                                       const std::vector<http::Route>& redirect) {
  std::vector<std::string> labels;
  for (const http::Route& route : main) labels.push_back(route.label);
  for (const http::Route& route : redirect) labels.push_back(route.label);
  labels.emplace_back("unmatched");
  return labels;
}

void make_sites(const config::Settings& settings, Server& server) {
  const http::EngineOptions options = engine_options(settings);
  server.files = std::make_unique<http::StaticFiles>(static_files_options(settings, options.loops),
                                                     std::move(server.folders.static_root));
  server.has_pages = settings.builtin_pages;
  server.state.files = server.files.get();
  server.state.data_dir = server.folders.data;
  server.state.public_url = settings.public_url;
  server.state.min_free_bytes = static_cast<uint64_t>(settings.min_free_bytes);
  server.state.rest = server.database->rest.get();
  server.state.openapi = server.database->openapi.get();
  server.state.writer = server.database->writer.get();
  server.state.room = server.database->room.get();
  server.state.issuer = server.database->issuer.get();
  std::vector<http::Route> main = main_routes(server.state, settings);
  server.database->openapi->set_routes(main);
  for (http::Route& route : absent_protocol_routes()) main.push_back(std::move(route));
  std::vector<http::Route> redirect = redirect_routes(server.state);
  const size_t main_count = main.size();
  const size_t unmatched = main_count + redirect.size();
  server.metrics = std::make_unique<telemetry::Metrics>(metric_labels(main, redirect));
  server.state.metrics = server.metrics.get();
  server.database->add_metrics(*server.metrics);
  const bool tls = server.tls != nullptr;
  server.main_site = std::make_unique<http::Site>(
      http::Router(std::move(main), 0), site_options(settings, server.room, tls), unmatched);
  server.redirect_site =
      std::make_unique<http::Site>(http::Router(std::move(redirect), main_count),
                                   site_options(settings, server.room, false), unmatched);
  server.engine =
      std::make_unique<http::Engine>(options, *server.metrics, [&server](http::Batch batch) {
        return server.database->run(batch, [&] { return server.engine->write_lane().depth() > 0; });
      });
}

void name_urls(Server& server) {
  const net::Address main = net::local_address(server.sockets.main.front().get());
  server.main_url = (server.tls ? "https://" : "http://") + main.to_string();
  server.state.tls_port = main.port();
  if (server.sockets.redirect.empty()) return;
  const net::Address redirect = net::local_address(server.sockets.redirect.front().get());
  server.redirect_url = "http://" + redirect.to_string();
  server.state.redirect_port = redirect.port();
}

base::Result<void> start_engine(Server& server) {
  name_urls(server);
  // Copies of the sockets go to the control socket before the loops get theirs.
  TRY_ASSIGN(server.control, ControlSocket::open(server.folders.data, server.sockets,
                                                 [] { ::kill(::getpid(), SIGTERM); }));
  std::vector<http::Listening> listening(2);
  listening[0] = {std::move(server.sockets.main), server.main_site.get(), server.tls != nullptr};
  listening[1] = {std::move(server.sockets.redirect), server.redirect_site.get(), false};
  return server.engine->start(std::move(listening), server.tls);
}

// For who has started the server by hand: what to open, and that there are tables to be made.
void announce_pages(const Server& server, const ServeOptions& options, std::ostream& out) {
  const bool by_hand = ::isatty(STDOUT_FILENO) != 0;
  const std::string url = server.main_url + options.page;
  if (!options.page_is_of.empty())
    out << "open      " << url << " (" << options.page_is_of << ")\n";
  if (!by_hand || !server.has_pages) return;
  if (options.page_is_of.empty()) out << "open      " << url << "\n";
  out << "api       " << server.main_url << "/docs/api/ (to try out), " << server.main_url
      << "/docs/ (to read)\n";
  if (server.database->schema.get()->catalog->tables().empty())
    out << "next      prodev migrate new NAME makes a file for the first table\n";
}

void announce(const Server& server, const ServeOptions& options, std::ostream& out) {
  out << "prodev " << base::version() << " (" << base::commit() << ")\n";
  out << "serving   " << server.main_url << '\n';
  if (!server.redirect_url.empty()) out << "redirect  " << server.redirect_url << '\n';
  if (!server.folders.static_files.empty()) {
    out << "static    " << server.folders.static_files
        << (server.has_pages ? " over the built-in files\n" : "\n");
  }
  out << "data      " << server.folders.data << '\n';
  const size_t tables = server.database->schema.get()->catalog->tables().size();
  out << "database  " << server.database->path << ", " << tables
      << (tables == 1 ? " table\n" : " tables and views\n");
  out << "anon key  " << server.database->keys.anon_key << '\n';
  // It opens everything: for the eyes of who starts the server, not for a log.
  if (::isatty(STDOUT_FILENO) != 0) {
    out << "service   " << server.database->keys.service_key << " (secret: opens everything)\n";
  } else {
    out << "service   prodev token --role service_role --ttl 0 prints the key that opens "
           "everything\n";
  }
  announce_pages(server, options, out);
  out << std::flush;
}

void reload_certificates(const config::Settings& settings, Server& server) {
  if (!server.tls) return;
  // Type=notify-reload compares this time with its own.
  net::notify_service_manager("RELOADING=1\nMONOTONIC_USEC=" +
                              std::to_string(base::monotonic_ns() / 1'000));
  base::Result<TlsPointer> fresh = load_tls(settings);
  if (fresh) {
    server.engine->use_tls(*fresh);
    telemetry::log(Level::kInfo, "certificates reloaded", {{"certificate", settings.tls_cert}});
  } else {
    telemetry::log(Level::kError, "certificates not reloaded, the old ones stay in use",
                   {{"error", fresh.error().message}});
  }
  net::notify_service_manager("READY=1");
}

void drain(const config::Settings& settings, Server& server, const Signals& signals) {
  // A service manager that hears of a stop would end the successor too.
  const bool replaced = server.control->replaced();
  if (!replaced) net::notify_service_manager("STOPPING=1");
  telemetry::log(Level::kInfo, "draining",
                 {{"connections", server.engine->limits().open()},
                  {"cause", replaced ? "another process has taken over" : "a signal"}});
  server.state.draining.store(true, std::memory_order_relaxed);
  // Its copies of the listening sockets would keep taking connections that nobody accepts. (Those
  // of a process that is replaced are gone, and its end waits for the successor.)
  if (!replaced) server.control.reset();
  const bool all = server.engine->drain(std::chrono::milliseconds(settings.drain_timeout_ms),
                                        [&] { return signals.stop_requested(); });
  telemetry::log(all ? Level::kInfo : Level::kWarn,
                 all ? "stopped" : "stopped with connections still open",
                 {{"connections", server.engine->limits().open()}});
  // What still runs is for nobody.
  db::end_statements();
}

// This process serves from here on, and no other.
base::Result<void> take_the_place(const config::Settings& settings, Server& server,
                                  const ServeOptions& options, std::ostream& out) {
  base::UniqueFd predecessor;
  if (settings.takeover) {
    base::Result<base::UniqueFd> drained = drain_predecessor(server.folders.data);
    if (!drained) {  // what this process has accepted by now is answered
      server.engine->drain(std::chrono::milliseconds(settings.drain_timeout_ms),
                           [] { return false; });
      return tl::make_unexpected(drained.error());
    }
    predecessor = std::move(*drained);
  }
  TRY(server.control->publish());
  announce(server, options, out);
  // In one message, and before the predecessor may end: who sees the main process end thinks that
  // the service has.
  net::notify_service_manager(
      settings.takeover ? "MAINPID=" + std::to_string(::getpid()) + "\nREADY=1" : "READY=1");
  return {};
}

std::string lane_name(http::Lane lane) {
  switch (lane) {
    case http::Lane::kInline:
      return "inline";
    case http::Lane::kWrite:
      return "write";
    case http::Lane::kRead:
      return "read";
    case http::Lane::kBlocking:
      return "blocking";
  }
  return {};
}

}  // namespace

base::Result<void> serve(const config::Settings& settings, std::ostream& out,
                         const ServeOptions& options) {
  const Signals signals;
  raise_descriptor_limit();
  if (::sodium_init() < 0)
    return base::fail(base::Code::kInternal, "the cryptographic library does not start");
  const LogSession log(settings);
  const MemoryReturn memory;
  Server server;
  TRY(check_project_folder(settings));
  TRY_ASSIGN(server.tls, load_tls(settings));
  TRY(try_addresses(settings));
  TRY_ASSIGN(server.folders, open_folders(settings));
  server.room = make_room(settings, server.folders.temporary);
  TRY_ASSIGN(StartLock starting, StartLock::wait(server.folders.data, signals));
  if (!starting.held()) return {};
  TRY_ASSIGN(server.sockets, open_sockets(settings, server.folders.data, loop_count(settings)));
  TRY_ASSIGN(
      server.database,
      open_database(settings, {server.folders.data, server.room, loop_count(settings)}, out));
  make_sites(settings, server);
  if (signals.stop_requested()) return {};  // asked while it started: who serves goes on
  TRY(start_engine(server));
  TRY(take_the_place(settings, server, options, out));
  starting.release();
  while (signals.wait() == SIGHUP) reload_certificates(settings, server);
  drain(settings, server, signals);
  return {};
}

std::vector<openapi::RouteEntry> route_entries(const config::Settings& settings) {
  State state;
  return openapi::entries_of(main_routes(state, settings));
}

std::string describe_routes() {
  State state;
  std::ostringstream out;
  const config::Settings settings;
  const std::vector<http::Route> routes = main_routes(state, settings);
  size_t methods = 0, path = 0;
  for (const http::Route& route : routes) {
    methods = std::max(methods, route.methods.allow().size());
    path = std::max(path, route.path.size());
  }
  constexpr size_t kGap = 2;
  const auto column = [](size_t width) { return std::setw(static_cast<int>(width + kGap)); };
  out << std::left;
  for (const http::Route& route : routes) {
    out << column(methods) << route.methods.allow() << column(path) << route.path << std::setw(10)
        << lane_name(route.lane) << std::setw(10)
        << (route.access == http::Access::kLoopback ? "loopback" : "public") << route.summary
        << '\n';
  }
  return out.str();
}

}  // namespace prodev::server
