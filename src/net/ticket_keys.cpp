#include "net/ticket_keys.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cstring>
#include <memory>
#include <string>

#include "base/clock.h"

namespace prodev::net {

namespace {

void free_keys(void*, void* keys, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<TicketKeys*>(keys);
}

// Where a context has its keys.
int slot() {
  static const int kSlot =
      ::CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, nullptr, nullptr, nullptr, &free_keys);
  return kSlot;
}

void wipe(std::optional<TicketKeys::Key>& key) {
  if (key) ::OPENSSL_cleanse(&*key, sizeof *key);
  key.reset();
}

bool set_up(const TicketKeys::Key& key, const unsigned char* iv, EVP_CIPHER_CTX* cipher,
            EVP_MAC_CTX* mac, int sealing) {
  std::string digest = "SHA256";
  const OSSL_PARAM parameters[] = {
      ::OSSL_PARAM_construct_octet_string(
          OSSL_MAC_PARAM_KEY, const_cast<unsigned char*>(key.mac.data()), key.mac.size()),
      ::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      ::OSSL_PARAM_construct_end()};
  return ::EVP_MAC_CTX_set_params(mac, parameters) == 1 &&
         ::EVP_CipherInit_ex(cipher, ::EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv,
                             sealing) == 1;
}

// SSL_CTX_set_tlsext_ticket_key_evp_cb(3): 0, no ticket or a full handshake; 1, done; 2, done, and
// the client is to get a new ticket; below 0, an error.
int on_ticket(SSL* session, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
              EVP_MAC_CTX* mac, int sealing) {
  auto* keys = static_cast<TicketKeys*>(::SSL_CTX_get_ex_data(::SSL_get_SSL_CTX(session), slot()));
  const int64_t now_s = base::monotonic_ms() / 1'000;
  if (sealing == 1) {
    const std::optional<TicketKeys::Key> key = keys->sealing(now_s);
    if (!key || ::RAND_bytes(iv, ::EVP_CIPHER_get_iv_length(::EVP_aes_256_cbc())) != 1) return 0;
    std::memcpy(name, key->name.data(), key->name.size());
    return set_up(*key, iv, cipher, mac, 1) ? 1 : -1;
  }
  const std::optional<TicketKeys::Key> key = keys->opening(name, now_s);
  if (!key) return 0;
  if (!set_up(*key, iv, cipher, mac, 0)) return -1;
  return now_s - key->made_s < TicketKeys::kLifetime_s ? 1 : 2;
}

}  // namespace

TicketKeys::~TicketKeys() {
  wipe(current_);
  wipe(previous_);
}

std::optional<TicketKeys::Key> TicketKeys::sealing(int64_t now_s) {
  const std::lock_guard lock(mutex_);
  if ((!current_ || now_s - current_->made_s >= kLifetime_s) && !renew(now_s)) return {};
  return current_;
}

std::optional<TicketKeys::Key> TicketKeys::opening(const unsigned char* name, int64_t now_s) {
  const std::lock_guard lock(mutex_);
  for (std::optional<Key>* key : {&current_, &previous_}) {
    // It has sealed for one lifetime, and what it sealed last is good for another.
    if (*key && now_s - (*key)->made_s >= 2 * kLifetime_s) wipe(*key);
    if (*key && std::memcmp(name, (*key)->name.data(), (*key)->name.size()) == 0) return *key;
  }
  return {};
}

bool TicketKeys::renew(int64_t now_s) {
  Key fresh;
  fresh.made_s = now_s;
  if (::RAND_bytes(fresh.name.data(), static_cast<int>(fresh.name.size())) != 1 ||
      ::RAND_priv_bytes(fresh.cipher.data(), static_cast<int>(fresh.cipher.size())) != 1 ||
      ::RAND_priv_bytes(fresh.mac.data(), static_cast<int>(fresh.mac.size())) != 1) {
    return false;
  }
  wipe(previous_);
  previous_ = current_;
  current_ = fresh;
  return true;
}

void TicketKeys::make_for(SSL_CTX* context) {
  auto keys = std::make_unique<TicketKeys>();
  if (::SSL_CTX_set_ex_data(context, slot(), keys.get()) != 1) return;  // OpenSSL's own keys then
  (void)keys.release();
  ::SSL_CTX_set_timeout(context, kLifetime_s);
  ::SSL_CTX_set_tlsext_ticket_key_evp_cb(context, &on_ticket);
}

}  // namespace prodev::net
