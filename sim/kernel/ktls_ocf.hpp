// ktls_ocf.c: turns a TLS record into an OpenCrypto request, and waits for it or not.
#pragma once

#include "sim/kernel/crypto.hpp"

namespace ktlssim {

class Kernel;
struct KtlsOcfEncryptState;
struct KtlsSession;

// Opens the crypto sessions of a TLS session and decides its sync_dispatch: AES-CBC always, an AEAD if its
// driver is synchronous or the kernel is older than review D31665.
void ktls_ocf_try(Kernel& k, KtlsSession& tls);

// Builds the request of state.m, or the two of AES-CBC, and dispatches it. Returns its error when blocking,
// ok when async.
Errno ktls_ocf_encrypt(Kernel& k, KtlsOcfEncryptState& state);

}  // namespace ktlssim
