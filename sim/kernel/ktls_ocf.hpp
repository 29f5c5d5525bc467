// ktls_ocf.c: turns a TLS record into an OpenCrypto request, and waits for it or not.
#pragma once

#include "sim/kernel/crypto.hpp"

namespace ktlssim {

class Kernel;
struct KtlsOcfEncryptState;

// Whether sessions of this scenario encrypt synchronously (the end of ktls_ocf_try).
bool ktls_ocf_sync_dispatch(const Kernel& k);

// ktls_ocf_tls12_aead_encrypt and ktls_ocf_tls13_aead_encrypt: builds the request of state.m and dispatches
// it. Returns its error when blocking, ok when async.
Errno ktls_ocf_encrypt(Kernel& k, KtlsOcfEncryptState& state);

}  // namespace ktlssim
