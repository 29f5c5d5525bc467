// crypto.c: from the consumer to the driver and back. KTLS sets CRYPTO_F_CBIMM on every request, so callbacks
// run inline.
#pragma once

#include <cstdint>

#include "models/tls.hpp"
#include "models/units.hpp"
#include "sim/kernel/kern_mutex.hpp"

namespace ktlssim {

class Driver;
class Kernel;
struct Mbuf;
struct Thread;
struct KtlsOcfEncryptState;

enum class Errno : std::uint8_t { ok, eagain, eio, erestart };

// crypto_session_t: one algorithm of a TLS session, with the driver that does it.
struct CryptoSession {
  Driver* driver = nullptr;
  Algorithm algorithm = Algorithm::aes_128_gcm;
  Mutex lock;    // the driver's session mutex
  int port = 0;  // ccr: the port of this session
};

// struct cryptop: one request.
struct Cryptop {
  using Callback = void (*)(Kernel& k, Cryptop& crp);

  CryptoSession* ses = nullptr;
  Mbuf* cb_mbuf = nullptr;  // the record
  std::int64_t payload_bytes = 0;
  Errno crp_etype = Errno::ok;
  bool done = false;   // CRYPTO_F_DONE
  bool fault = false;  // fails on purpose
  Callback crp_callback = nullptr;
  KtlsOcfEncryptState* crp_opaque = nullptr;  // async
  Mutex* os_lock = nullptr;                   // blocking: ktls_ocf.c's mutex of the TLS session
  Thread* waiter = nullptr;                   // blocking: asleep in "ocfktls"
  bool oo_done = false;                       // blocking: ocf_operation.done
  int bank = 0;                               // qat: the ring pair it is on
};

// Opens a session with the driver that takes the algorithm and has the highest probe value; among equal ones,
// the fewest sessions (crypto_select_driver).
void crypto_newsession(Kernel& k, CryptoSession& ses, Algorithm algorithm);
// Direct call of the driver's process() in the caller's thread. 0 always: errors come in crp_etype.
void crypto_dispatch(Kernel& k, Cryptop& crp);
// The driver is through with a request: runs its callback in the caller's thread.
void crypto_done(Kernel& k, Cryptop& crp);

}  // namespace ktlssim
