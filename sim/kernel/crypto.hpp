// crypto.c: from the consumer to the driver and back. KTLS sets CRYPTO_F_CBIMM on every request, so callbacks
// run inline, and no driver of KTLS returns ERESTART: the return threads and the dispatch thread are
// what-ifs.
#pragma once

#include <cstdint>
#include <deque>

#include "models/tls.hpp"
#include "models/units.hpp"
#include "sim/kernel/kern_mutex.hpp"

namespace ktlssim {

class Driver;
class Kernel;
struct Mbuf;
struct Thread;
struct KtlsOcfEncryptState;

enum class Errno : std::uint8_t { ok, eagain, eio, erestart, enomem };

// crypto_session_t: one algorithm of a TLS session, with the driver that does it.
struct CryptoSession {
  Driver* driver = nullptr;
  Algorithm algorithm = Algorithm::aes_128_gcm;
  int port = 0;          // ccr: the port of this session; qat_ocf: its instance
  Mutex lock;            // the driver's session mutex
  std::uint64_t id = 0;  // counts all sessions
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
  bool* again = nullptr;                      // async: the dispatch under way is told of an EAGAIN here
  KtlsOcfEncryptState* crp_opaque = nullptr;  // async
  Mutex* os_lock = nullptr;                   // blocking: ktls_ocf.c's mutex of the TLS session
  Thread* waiter = nullptr;                   // blocking: asleep in "ocfktls"
  bool oo_done = false;                       // blocking: ocf_operation.done
  int ring = 0;                               // qat: its bank; qat_ocf: its instance; ccr: its port
  Driver* spill_card = nullptr;               // what-if spill: whose load it is part of
};

// Opens a session with the driver that takes the algorithm and has the highest probe value; among equal ones,
// the fewest sessions (crypto_select_driver). With `software` (CRYPTOCAP_F_SOFTWARE) among those that encrypt on the
// caller's CPU.
void crypto_newsession(Kernel& k, CryptoSession& ses, Algorithm algorithm, bool software = false);
// Calls the driver's process() in the caller's thread. Errors come in crp_etype; a request for which the
// driver has no room now (ERESTART) is queued.
void crypto_dispatch(Kernel& k, Cryptop& crp);
// The driver is through with a request: runs its callback in the caller's thread, or hands it to a return
// thread.
void crypto_done(Kernel& k, Cryptop& crp);
// The driver has room again.
void crypto_unblock(Kernel& k, Driver& driver);
// Creates the return threads and the dispatch thread where the scenario uses them.
void crypto_init(Kernel& k);

// struct crypto_ret_worker: a thread "crypto returns N".
struct CryptoRetWorker {
  Mutex lock;
  std::deque<Cryptop*> crp_ret_q;
  Thread* thread = nullptr;
};

struct Opencrypto {
  std::uint64_t sessions = 0;
  std::deque<CryptoRetWorker> ret_workers;
  Mutex q_lock;
  std::deque<Cryptop*> crp_q;  // requests that wait for their driver
  Thread* dispatch_thread = nullptr;
  std::int64_t blocks = 0;  // cs_blocks
};

}  // namespace ktlssim
