// uipc_ktls.c: framing, the work queues and their threads, and both ways to encrypt a record.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "sim/kernel/crypto.hpp"
#include "sim/kernel/mbuf.hpp"
#include "sim/kernel/socket.hpp"
#include "sim/measure/recorder.hpp"

namespace ktlssim {

class Kernel;

// struct ktls_wq: the queue of one worker thread.
struct KtlsWq {
  int index = 0;
  Mutex mtx;
  Mbuf* m_head = nullptr;  // batches: their first mbufs
  Mbuf* m_tail = nullptr;
  std::vector<KtlsRx*> so_head;  // receive sessions
  bool running = false;
  std::int64_t in_flight = 0;  // asynchronous records that it has dispatched
  bool alloc_failed = false;   // the buffer cache had nothing at lastallocfail
  Time lastallocfail{0};
  Gauge occupied;  // 1 while it is not asleep on its queue, asleep in "ocfktls" included
  Thread* thread = nullptr;
};

// struct ktls_ocf_encrypt_state: one request under way. On the worker's stack when blocking, malloc'ed when
// async.
struct KtlsOcfEncryptState {
  Mbuf* m = nullptr;
  KtlsWq* wq = nullptr;  // async: the worker that dispatched it; null: the sender did
  Cryptop crp;
  KtlsOcfEncryptState* next_free = nullptr;
};

// Records of one direction as ktls_ocf.c counts them.
struct OcfRecords {
  std::int64_t tls10_cbc = 0;
  std::int64_t tls11_cbc = 0;  // and those of TLS 1.2
  std::int64_t tls12_gcm = 0;
  std::int64_t tls12_chacha20 = 0;
  std::int64_t tls13_gcm = 0;
  std::int64_t tls13_chacha20 = 0;
};

// Counters under kern.ipc.tls.stats, since boot.
struct KtlsStats {
  std::int64_t sw_tx_inqueue = 0;  // batches, despite its description
  std::int64_t sw_rx_inqueue = 0;
  std::int64_t sw_tx_pending = 0;  // parked batches
  std::int64_t failed_crypto = 0;
  OcfRecords encrypts;
  OcfRecords decrypts;
  std::int64_t inplace = 0;
  std::int64_t separate_output = 0;
  std::int64_t retries = 0;
  std::int64_t retry_depth_max = 0;     // not the kernel's: EAGAINs of one asynchronous request in a row
  std::int64_t spilled_records = 0;     // not the kernel's: what-if spill
  std::int64_t misordered_records = 0;  // not the kernel's: TLS 1.0 records encrypted out of order
};

// A NUMA domain's cache of contiguous 16 KiB buffers, where memory for it is short.
struct KtlsBuffers {
  Thread* alloc_thread = nullptr;  // null: there is always a buffer
  bool running = false;
  std::int64_t contiguous = 0;  // buffers there are
  std::int64_t used = 0;
  std::int64_t failures = 0;
  std::int64_t allocs = 0;    // kern.ipc.tls.domainN.allocs
  std::int64_t reclaims = 0;  // kern.ipc.tls.domainN.reclaims
};

struct Ktls {
  std::deque<KtlsWq> wq;
  KtlsStats stats;
  std::int64_t bind_threads = 0;  // as ktls_init could have it
  std::deque<KtlsBuffers> domains;
  bool buffers_matter = false;     // to others: who takes a buffer, and where
  bool in_flight_matters = false;  // how many records are in flight
  // For the conservation laws: what holds a socket reference.
  std::int64_t batches_outstanding = 0;
  std::int64_t async_outstanding = 0;
  std::vector<std::unique_ptr<KtlsOcfEncryptState>> states;
  KtlsOcfEncryptState* free_states = nullptr;
  std::vector<Thread*> waiting_for_caps;  // workers asleep in "ktlscap"
};

// Creates the worker threads (ktls_init).
void ktls_init(Kernel& k);
// The worker of a session, by its flow id; decided once (ktls_get_cpu).
int ktls_get_cpu(const Kernel& k, const Socket& so);
// Makes the socket's session ready to send (ktls_enable_tx, ktls_try_sw): worker, framing, sync_dispatch.
void ktls_enable_tx(Kernel& k, Socket& so);

// Gives each record of the chain its header, trailer and session reference; marks it not ready. Returns the
// pages to encrypt (*enq_cnt). Caller: the sending thread.
int ktls_frame(Kernel& k, Mbuf& top, Socket& so);
// Assigns sequence numbers when the chain is appended to the send buffer.
void ktls_seq(Socket& so, Mbuf& top);
// Queues one batch for the session's worker. The caller has taken a socket reference for it
// (batches_outstanding).
void ktls_enqueue(Kernel& k, Mbuf& top, Socket& so, int page_count);

// Not in the kernel: a record that comes from outside, for workloads without an application. Frames and
// queues it as a batch of its own, at no cost; also from a hardware callback.
void ktls_inject(Kernel& k, Mbuf& m, Socket& so);

[[noreturn]] void ktls_work_thread(Kernel& k, KtlsWq& wq);
// Blocking: a record at a time; the batch becomes ready as a whole.
void ktls_encrypt(Kernel& k, Mbuf& top);
// Asynchronous, in worker `wq` or, as a what-if, in the sender (null): dispatch and go on; ktls_encrypt_cb
// does the rest of each record.
void ktls_encrypt_async(Kernel& k, KtlsWq* wq, Mbuf& top);
// Destination buffer and request of one record; shared by both.
Errno ktls_encrypt_record(Kernel& k, Mbuf& m, KtlsOcfEncryptState& state);
// In the driver's completion context.
void ktls_encrypt_cb(Kernel& k, KtlsOcfEncryptState& state, Errno error);
// An asynchronous record failed: counts it, aborts its connection, frees it.
void fail_record(Kernel& k, Mbuf& m);
// Replaces the file pages of a record by its encrypted ones.
void ktls_finish_nonanon(Kernel& k, Mbuf& m);
// Drops one session reference.
void ktls_free(Kernel& k, KtlsSession& tls);

// Frees `records` not-ready records from `m` on: their connection has failed.
void mb_free_notready(Kernel& k, Mbuf& m, int records);
// Frees a record and what it holds, in the executing thread.
void mb_free_extpg(Kernel& k, Mbuf& m);

}  // namespace ktlssim
