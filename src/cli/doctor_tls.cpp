#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "cli/doctor_checks.h"
#include "net/tls.h"

namespace prodev::cli {
namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Certificate read_leaf(const std::string& path) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(path.c_str(), "r"), &BIO_free);
  X509* leaf = file ? PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr) : nullptr;
  return {leaf, &X509_free};
}

// Whole days from now until `when`; negative when it has passed.
int days_until(const ASN1_TIME* when) {
  int days = 0, seconds = 0;
  if (ASN1_TIME_diff(&days, &seconds, nullptr, when) != 1) return 0;
  return seconds < 0 ? days - 1 : days;
}

}  // namespace

Finding check_certificate(const config::Settings& settings) {
  constexpr int kSoon_days = 14;
  if (settings.tls_cert.empty()) return {Grade::kOk, "certificate", "TLS is off", ""};
  // The server's own way of loading: it parses both files and compares the keys.
  const auto loaded = net::TlsContext::load({settings.tls_cert, settings.tls_key});
  if (!loaded) {
    return {Grade::kFail, "certificate", loaded.error().message,
            "the server does not start with these files"};
  }
  const Certificate leaf = read_leaf(settings.tls_cert);
  if (!leaf) return {Grade::kFail, "certificate", settings.tls_cert + " cannot be read again", ""};
  if (X509_cmp_current_time(X509_get0_notBefore(leaf.get())) > 0) {
    return {Grade::kFail, "certificate", settings.tls_cert + " is not valid yet",
            "check the clock, or get another certificate"};
  }
  const int days = days_until(X509_get0_notAfter(leaf.get()));
  const std::string fix = "put a new certificate there, then send the server SIGHUP";
  if (days < 0) return {Grade::kFail, "certificate", settings.tls_cert + " has expired", fix};
  const std::string says =
      "matches its key and is valid for " + std::to_string(days) + " more days";
  if (days < kSoon_days) return {Grade::kWarn, "certificate", says, fix};
  return {Grade::kOk, "certificate", says, ""};
}

}  // namespace prodev::cli
