// crypto.c: from the consumer to the driver and back. KTLS sets CRYPTO_F_CBIMM on every request, so callbacks
// run inline.
#pragma once

#include <cstdint>

#include "models/units.hpp"

namespace ktlssim {

class Kernel;
struct Socket;
struct Mbuf;
struct Thread;
struct KtlsOcfEncryptState;

enum class Errno : std::uint8_t { ok, eagain, eio, erestart };

// struct cryptop: one request.
struct Cryptop {
  using Callback = void (*)(Kernel& k, Cryptop& crp);

  Socket* so = nullptr;     // its TLS session is the crypto session
  Mbuf* cb_mbuf = nullptr;  // the record
  std::int64_t payload_bytes = 0;
  Errno crp_etype = Errno::ok;
  bool done = false;   // CRYPTO_F_DONE
  bool fault = false;  // fails on purpose
  Callback crp_callback = nullptr;
  KtlsOcfEncryptState* crp_opaque = nullptr;  // async
  Thread* waiter = nullptr;                   // blocking: asleep in "ocfktls"
  bool oo_done = false;                       // blocking: ocf_operation.done
  int bank = 0;                               // qat: the ring pair it is on
};

// Direct call of the driver's process() in the caller's thread. 0 always: errors come in crp_etype.
void crypto_dispatch(Kernel& k, Cryptop& crp);
// The driver is through with a request: runs its callback in the caller's thread.
void crypto_done(Kernel& k, Cryptop& crp);

}  // namespace ktlssim
