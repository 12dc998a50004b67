#include "cli/sql_prompt.h"

#include <poll.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>
#include <ostream>

#include "cli/sql_commands.h"
#include "db/schema_statement.h"

namespace prodev::cli {
namespace {

using base::Result;

volatile std::sig_atomic_t interrupted = 0;
sqlite3* running = nullptr;  // set before the handler is, and as long as it is

// Only what may be called at any moment; sqlite3_interrupt() may.
void on_interrupt(int) {
  interrupted = 1;
  ::sqlite3_interrupt(running);
}

// Ctrl-C interrupts statements of `connection`, and reading, for as long as this lives.
class InterruptKey {
 public:
  explicit InterruptKey(sqlite3* connection) {
    running = connection;
    struct sigaction action {};
    action.sa_handler = on_interrupt;
    ::sigaction(SIGINT, &action, &before_);
  }
  ~InterruptKey() { ::sigaction(SIGINT, &before_, nullptr); }
  InterruptKey(const InterruptKey&) = delete;
  InterruptKey& operator=(const InterruptKey&) = delete;

 private:
  struct sigaction before_ {};
};

enum class Line { kRead, kInterrupted, kEnd };

// Waits for standard input. False: Ctrl-C came first, or has come since it was last asked for. It
// is held back but for the wait itself, so that it cannot come just before and be slept over.
bool wait_for_input() {
  sigset_t key, before;
  ::sigemptyset(&key);
  ::sigaddset(&key, SIGINT);
  ::sigprocmask(SIG_BLOCK, &key, &before);
  pollfd input{STDIN_FILENO, POLLIN, 0};
  while (interrupted == 0 && ::ppoll(&input, 1, nullptr, &before) < 0 && errno == EINTR) {
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  return interrupted == 0;
}

// Lines of standard input.
class Lines {
 public:
  Line next(std::string& line) {
    for (;;) {
      const size_t newline = buffer_.find('\n');
      if (newline != std::string::npos) {
        line = buffer_.substr(0, newline + 1);
        buffer_.erase(0, newline + 1);
        return Line::kRead;
      }
      if (!wait_for_input()) {
        buffer_.clear();
        return Line::kInterrupted;
      }
      char piece[4'096];
      const ssize_t got = ::read(STDIN_FILENO, piece, sizeof piece);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return Line::kEnd;
      buffer_.append(piece, static_cast<size_t>(got));
    }
  }

 private:
  std::string buffer_;
};

// Statements as they are typed, over several lines or several in one.
class Typed {
 public:
  bool is_empty() const { return next_statement(text_, 0) == text_.size(); }
  void add(const std::string& line) { text_ += line; }
  void drop() { text_.clear(); }

  // The next one that has its `;`, with what stood before it.
  std::optional<std::string> take() {
    const size_t start = next_statement(text_, 0);
    if (start == text_.size()) return std::nullopt;
    const size_t end = db::statement_end(text_, start);
    if (end == text_.size()) return std::nullopt;
    std::string statement = text_.substr(start, end - start);
    text_.erase(0, end + 1);
    return statement;
  }

 private:
  std::string text_;
};

void run_typed(SqlSession& session, Typed& typed, std::ostream& out) {
  static const std::string kName = "line";
  while (const std::optional<std::string> statement = typed.take()) {
    const Result<void> ran = session.run_statement(*statement, kName, 0, statement->size());
    if (!ran) out << (interrupted != 0 ? "interrupted" : ran.error().message) << '\n';
    if (!ran) typed.drop();  // what was typed behind it may have relied on it
    interrupted = 0;
  }
}

}  // namespace

Result<int> run_prompt(SqlSession& session, std::ostream& out) {
  const InterruptKey key(session.connection().handle());
  Lines lines;
  Typed typed;
  for (;;) {
    out << (typed.is_empty() ? "prodev> " : "   ...> ") << std::flush;
    std::string line;
    const Line read = lines.next(line);
    interrupted = 0;
    if (read == Line::kEnd) break;
    if (read == Line::kInterrupted) {
      typed.drop();
      out << '\n';
      continue;
    }
    if (typed.is_empty() && is_prompt_command(line)) {
      typed.drop();
      TRY_ASSIGN(const bool goes_on, run_prompt_command(session, line, out));
      if (!goes_on) return 0;
      continue;
    }
    typed.add(line);
    run_typed(session, typed, out);
  }
  out << '\n';
  return 0;
}

}  // namespace prodev::cli
