// What SQLite itself can do on this machine: the statements that a server would run for each
// operation, prepared once, in this process and on one thread, without HTTP. Reads write their rows
// as JSON to a buffer; writes commit every 64 rows with fsync (WAL, synchronous = FULL).
// Usage: sqlite_limit DATABASE by-id|list-20|list-embed|insert|chat-insert SECONDS
// Prints {"requests":N,"seconds":S,"cpu_seconds":S}; list-embed also "p50_ms".
#include <algorithm>
#include <chrono>
#include <ctime>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "item_rows.h"

namespace {

using bench::Statement;

constexpr int kRowsPerCommit = 64;
constexpr int kReadsBetweenClocks = 64;
constexpr int64_t kHiddenEvery = 1000;  // of item; see tests/bench/lib/dataset.py

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

int64_t single_number(sqlite3* db, const char* sql) {
  Statement statement(db, sql);
  return statement.step() ? sqlite3_column_int64(statement.get(), 0) : 0;
}

// The first value of a statement that finds one row, or "".
std::string single_text(sqlite3* db, const char* sql) {
  Statement statement(db, sql);
  if (!statement.step()) return "";
  return reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0));
}

// Runs batches until the time is up and prints the figures. A batch answers `size` requests.
void measure(double limit_s, int size, const std::function<void()>& batch) {
  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  const double cpu_before = cpu_seconds();
  int64_t requests = 0;
  double elapsed_s = 0;
  while (elapsed_s < limit_s) {
    batch();
    requests += size;
    elapsed_s = std::chrono::duration<double>(Clock::now() - begun).count();
  }
  std::printf("{\"requests\":%lld,\"seconds\":%.6f,\"cpu_seconds\":%.6f}\n",
              static_cast<long long>(requests), elapsed_s, cpu_seconds() - cpu_before);
}

void expect_rows(const std::string& json, const char* operation) {
  if (json.size() > 2) return;
  std::fprintf(stderr, "%s found no row\n", operation);
  std::exit(1);
}

void measure_reads(sqlite3* db, const std::string& operation, double limit_s) {
  const bool by_id = operation == "by-id";
  Statement select(db, by_id ? "SELECT " ITEM_COLUMNS " FROM item WHERE id = ?1 AND active = 1"
                             : "SELECT " ITEM_COLUMNS
                               " FROM item WHERE category_id = ?1 AND active = 1"
                               " ORDER BY id LIMIT 20");
  const char* last = by_id ? "SELECT max(id) FROM item" : "SELECT max(category_id) FROM item";
  std::mt19937_64 random(1);
  std::uniform_int_distribution<int64_t> key(1, single_number(db, last));
  std::string json;
  measure(limit_s, kReadsBetweenClocks, [&] {
    for (int i = 0; i < kReadsBetweenClocks; ++i) {
      const int64_t id = key(random);
      select.bind(1, by_id && id % kHiddenEvery == 0 ? id - 1 : id);
      json.clear();
      bench::append_items(json, select);
      expect_rows(json, operation.c_str());
    }
  });
}

// What a server's one statement for the product list says, with SQLite's own JSON functions.
constexpr const char* kProductList =
    "SELECT json_object('id', p.id, 'name', p.name, 'price_cents', p.price_cents,"
    " 'category', (SELECT json_object('name', c.name, 'slug', c.slug) FROM category AS c"
    "   WHERE c.id = p.category_id),"
    " 'images', (SELECT json_group_array(json_object('path', i.path, 'alt', i.alt))"
    "   FROM product_image AS i WHERE i.product_id = p.id),"
    " 'review', (SELECT json_group_array(json_object('avg', a)) FROM"
    "   (SELECT avg(r.rating) AS a FROM review AS r WHERE r.product_id = p.id)))"
    " FROM product AS p WHERE p.category_id = ?1 AND p.active = 1 ORDER BY p.id LIMIT 20";

void measure_product_list(sqlite3* db, double limit_s) {
  using Clock = std::chrono::steady_clock;
  Statement select(db, kProductList);
  std::mt19937_64 random(1);
  std::uniform_int_distribution<int64_t> key(1, single_number(db, "SELECT max(id) FROM category"));
  std::vector<double> latencies_ms;
  std::string json;
  const auto begun = Clock::now();
  const double cpu_before = cpu_seconds();
  double elapsed_s = 0;
  while (elapsed_s < limit_s) {
    const auto asked = Clock::now();
    select.bind(1, key(random));
    json = "[";
    while (select.step()) {
      if (json.size() > 1) json += ',';
      json.append(reinterpret_cast<const char*>(sqlite3_column_text(select.get(), 0)),
                  static_cast<size_t>(sqlite3_column_bytes(select.get(), 0)));
    }
    json += ']';
    select.reset();
    expect_rows(json, "list-embed");
    const auto answered = Clock::now();
    latencies_ms.push_back(std::chrono::duration<double, std::milli>(answered - asked).count());
    elapsed_s = std::chrono::duration<double>(answered - begun).count();
  }
  const double cpu_s = cpu_seconds() - cpu_before;
  std::nth_element(latencies_ms.begin(), latencies_ms.begin() + latencies_ms.size() / 2,
                   latencies_ms.end());
  std::printf("{\"requests\":%zu,\"seconds\":%.6f,\"cpu_seconds\":%.6f,\"p50_ms\":%.6f}\n",
              latencies_ms.size(), elapsed_s, cpu_s, latencies_ms[latencies_ms.size() / 2]);
}

// Commits 64 runs of `insert` at a time. One that inserts nothing ends the program.
void measure_writes(sqlite3* db, double limit_s, const std::function<void(int64_t)>& insert) {
  Statement begin(db, "BEGIN IMMEDIATE");
  Statement commit(db, "COMMIT");
  int64_t number = 0;
  measure(limit_s, kRowsPerCommit, [&] {
    begin.run();
    for (int i = 0; i < kRowsPerCommit; ++i) {
      insert(++number);
      if (sqlite3_changes(db) != 1) bench::die_of(db, "nothing inserted");
    }
    commit.run();
  });
}

void measure_insert(sqlite3* db, double limit_s) {
  const int64_t categories = single_number(db, "SELECT max(category_id) FROM item");
  Statement insert(db,
                   "INSERT INTO item (category_id, name, price_cents, note) "
                   "VALUES (?1, ?2, ?3, ?4)");
  measure_writes(db, limit_s, [&](int64_t number) {
    const std::string name = "New item " + std::to_string(number);
    insert.bind(1, number % categories + 1);
    insert.bind(2, name);
    insert.bind(3, number % 100'000);
    insert.bind(4, std::string_view("made by the benchmark"));
    insert.run();
  });
}

void measure_chat(sqlite3* db, double limit_s) {
  const std::string room = single_text(db, "SELECT room_id FROM room_member LIMIT 1");
  const std::string author = single_text(db, "SELECT user_id FROM room_member LIMIT 1");
  Statement insert(db,
                   "INSERT INTO message (room_id, author_id, body) SELECT ?1, ?2, ?3 WHERE EXISTS "
                   "(SELECT 1 FROM room_member WHERE room_id = ?1 AND user_id = ?2)");
  measure_writes(db, limit_s, [&](int64_t number) {
    const std::string body = "a message " + std::to_string(number);
    insert.bind(1, room);
    insert.bind(2, author);
    insert.bind(3, body);
    insert.run();
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(
        stderr,
        "usage: sqlite_limit DATABASE by-id|list-20|list-embed|insert|chat-insert SECONDS\n");
    return 2;
  }
  const std::string operation = argv[2];
  const double limit_s = std::strtod(argv[3], nullptr);
  const bool writes = operation == "insert" || operation == "chat-insert";
  sqlite3* db = bench::open_database(argv[1], writes);
  if (operation == "insert") {
    measure_insert(db, limit_s);
  } else if (operation == "chat-insert") {
    measure_chat(db, limit_s);
  } else if (operation == "list-embed") {
    measure_product_list(db, limit_s);
  } else {
    measure_reads(db, operation, limit_s);
  }
  sqlite3_close(db);
}
