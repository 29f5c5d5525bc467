// uipc_ktls.c's memory: the state of asynchronous requests, and the pages that ciphertext goes to.
#pragma once

#include "sim/kernel/uipc_ktls.hpp"

namespace ktlssim {

// Bytes that one state takes: its bin of malloc(9), or, in a UMA zone, its own size in units of eight.
std::int64_t state_bytes(const Kernel& k);
// malloc(9) of a struct ktls_ocf_encrypt_state, zeroed; or, as a what-if, a UMA zone's.
KtlsOcfEncryptState& state_alloc(Kernel& k);
void state_free(Kernel& k, KtlsOcfEncryptState& state);

// Creates the alloc thread where contiguous memory is short.
void ktls_buffers_init(Kernel& k);
// Where a file-backed record is encrypted to: a 16 KiB buffer from the cache for more than two pages
// (ktls_buffer_alloc), else page by page.
void allocate_destination(Kernel& k, Mbuf& m);
void free_destination(Kernel& k, Mbuf& m);

}  // namespace ktlssim
