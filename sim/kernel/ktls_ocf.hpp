// ktls_ocf.c: turns a TLS record into an OpenCrypto request, and waits for it or not.
#pragma once

#include "sim/kernel/crypto.hpp"

namespace ktlssim {

class Kernel;
struct KtlsOcfEncryptState;
struct KtlsSession;
struct Mbuf;

// Opens the crypto sessions of a TLS session and decides its sync_dispatch: AES-CBC always, an AEAD if its
// driver is synchronous or the kernel is older than review D31665.
void ktls_ocf_try(Kernel& k, KtlsSession& tls);

// Builds the request of state.m, or the two of AES-CBC, and dispatches it. Returns its error when blocking,
// ok when async.
Errno ktls_ocf_encrypt(Kernel& k, KtlsOcfEncryptState& state);

// ktls_ocf_tls12_aead_decrypt and ktls_ocf_tls13_aead_decrypt: one record of a receive session, waited for
// whatever the driver. `m` stands for it.
Errno ktls_ocf_decrypt(Kernel& k, KtlsSession& tls, Mbuf& m, std::int64_t payload_bytes);

}  // namespace ktlssim
