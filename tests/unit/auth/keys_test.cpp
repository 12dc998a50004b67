#include "auth/keys.h"

#include <sys/stat.h>

#include <thread>
#include <vector>

#include "catch.h"
#include "temp_folder.h"

using namespace prodev::auth;
using prodev::base::Code;
namespace fs = std::filesystem;

namespace {

constexpr const char* kSecret = "0123456789abcdef0123456789abcdef";

Keys keys_in(const std::string& folder, const std::string& secret = {}) {
  auto keys = load_or_make_keys(folder, secret);
  if (!keys) FAIL(keys.error().message);
  return std::move(*keys);
}

void write_key(const std::string& folder, const std::string& bytes,
               fs::perms mode = fs::perms(0600)) {
  fs::create_directories(folder + "/keys");
  std::ofstream(folder + "/keys/jwt.key") << bytes;
  fs::permissions(folder + "/keys/jwt.key", mode);
}

prodev::base::Error refusal(const std::string& folder) {
  const auto keys = load_or_make_keys(folder, "");
  if (keys) FAIL("accepted");
  return keys.error();
}

size_t files_in(const std::string& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("the first start makes a key of its own that only its user can read") {
  const prodev::test::TempFolder a, b;
  const Keys keys = keys_in(a.path());
  struct stat info {};
  REQUIRE(stat(a.path("keys").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
  REQUIRE(stat(a.path("keys/jwt.key").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(info.st_size == 44);  // 32 bytes in base64url and the end of the line
  CHECK(files_in(a.path("keys")) == 1);
  CHECK(keys_in(b.path()).anon_key != keys.anon_key);
}

TEST_CASE("the keys of applications are the same after every start, and verify") {
  const prodev::test::TempFolder folder;
  const Keys first = keys_in(folder.path()), second = keys_in(folder.path());
  CHECK(first.anon_key == second.anon_key);
  CHECK(first.service_key == second.service_key);
  const auto anon = verify(second.signing, first.anon_key, 4'000'000'000, {});
  REQUIRE(anon);
  CHECK(anon->role == "anon");
  CHECK(anon->json == R"({"role":"anon","iss":"prodev","iat":0})");
  CHECK(verify(second.signing, first.service_key, 1, {})->role == "service_role");
}

TEST_CASE("a secret in the settings is the key, byte for byte, and leaves no file") {
  const prodev::test::TempFolder folder;
  const Keys keys = keys_in(folder.path(), kSecret);
  CHECK(keys.anon_key == sign(SigningKey(kSecret), R"({"role":"anon","iss":"prodev","iat":0})"));
  CHECK(files_in(folder.path()) == 0);
  CHECK(load_or_make_keys(folder.path(), "short").error().code == Code::kUsage);
}

TEST_CASE("the file holds the secret as text, so that it can be given as a setting") {
  const prodev::test::TempFolder folder;
  write_key(folder.path(), std::string(kSecret) + "\n");
  CHECK(keys_in(folder.path()).anon_key == keys_in(folder.path(), kSecret).anon_key);
}

TEST_CASE("a key file that others can reach is refused with the way out") {
  for (const unsigned mode : {0640u, 0604u, 0620u, 0601u}) {
    const prodev::test::TempFolder folder;
    write_key(folder.path(), kSecret, fs::perms(mode));
    const auto error = refusal(folder.path());
    CHECK(error.code == Code::kForbidden);
    CHECK(error.message.find("chmod 600") != std::string::npos);
    CHECK(error.message.find("keys/jwt.key") != std::string::npos);
  }
}

TEST_CASE("a key file that is short, empty, long or not text is refused and left alone") {
  for (const std::string& bytes :
       {std::string(), std::string("\n"), std::string(31, 'a') + "\n", std::string(32, '\0'),
        std::string(kSecret) + "\n" + kSecret, std::string(kSecret) + "\xff",
        std::string(kSecret) + " x", std::string(5'000, 'a')}) {
    const prodev::test::TempFolder folder;
    write_key(folder.path(), bytes);
    const auto error = refusal(folder.path());
    CHECK(error.code == Code::kCorrupt);
    CHECK(error.message.find("keys/jwt.key") != std::string::npos);
    CHECK(error.message.find(kSecret) == std::string::npos);
    CHECK(fs::file_size(folder.path("keys/jwt.key")) == bytes.size());
  }
  const prodev::test::TempFolder folder;
  fs::create_directories(folder.path("keys/jwt.key"));
  CHECK(refusal(folder.path()).code == Code::kCorrupt);
}

TEST_CASE("several that start at once end up with one key") {
  const prodev::test::TempFolder folder;
  std::vector<std::string> found(8);
  std::vector<std::thread> threads;
  for (std::string& key : found) {
    threads.emplace_back([&] {
      const auto keys = load_or_make_keys(folder.path(), "");
      if (keys) key = keys->anon_key;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(!found[0].empty());
  for (const std::string& key : found) CHECK(key == found[0]);
  CHECK(files_in(folder.path("keys")) == 1);
}

TEST_CASE("a data folder that cannot be written is told") {
  CHECK(refusal("/nonexistent/data").code == Code::kUnavailable);
}
