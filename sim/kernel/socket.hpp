// A connection with its send buffer, its TLS session and its TCP state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "models/scenario.hpp"
#include "models/tls.hpp"
#include "sim/engine/callout.hpp"
#include "sim/kernel/crypto.hpp"
#include "sim/kernel/mbuf.hpp"
#include "sim/kernel/tcp_cc.hpp"
#include "sim/kernel/tcp_reass.hpp"

namespace ktlssim {

struct KtlsWq;
struct Socket;

// What a socket's protocol does; pr_usrreqs of the kernel.
class Protocol {
 public:
  virtual ~Protocol() = default;
  // `records` records from `m` on are encrypted.
  virtual void pr_ready(Socket& so, Mbuf& m, int records) = 0;
  // Drops the connection with EIO: crypto failed.
  virtual void pr_abort(Socket& so) = 0;
};

// struct ktls_session, transmit side. What every record moves stands first, here and in the socket: there may
// be more sessions than the caches hold.
struct KtlsSession {
  std::int64_t refs = 1;
  std::int64_t in_flight = 0;  // asynchronous records
  KtlsWq* wq = nullptr;
  std::int64_t* encrypts = nullptr;  // the counter of KtlsStats for its records
  KtlsMode mode = KtlsMode::software;
  TlsVersion version = TlsVersion::tls12;
  Cipher cipher = Cipher::aes_128_gcm;
  bool sync_dispatch = true;
  CryptoSession crypto;  // of the AEAD or the block cipher
  Framing framing{};
  std::uint64_t next_seqno = 0;    // sb_tls_seqno
  Mutex os_lock;                   // ktls_ocf.c's per-session mutex
  CryptoSession mac;               // of the HMAC, for AES-CBC
  CryptoSession spill;             // what-if: with a software driver; none where it has no driver
  std::vector<Mbuf*> ready_group;  // what-if ready_group_records: encrypted, not yet ready
  // TLS 1.0: the next record to encrypt, and the batches that came too early, by sequence number.
  std::uint64_t encrypt_seqno = 1;
  Mbuf* pending_records = nullptr;
};

// struct sockbuf, send side. Bytes are bytes on the wire: payload, header and trailer.
struct SendBuffer {
  std::int64_t sb_hiwat = 0;
  std::int64_t sb_lowat = 2048;
  std::int64_t sb_ccc = 0;  // all bytes, not-ready ones too
  std::int64_t sb_acc = 0;  // bytes that TCP may send or has sent
  Mbuf* sb_mb = nullptr;
  Mbuf* sb_mbtail = nullptr;
  Mbuf* sb_fnrdy = nullptr;        // first not-ready record
  std::int64_t acked_of_head = 0;  // bytes of sb_mb that are acknowledged
  std::int64_t folded_headers = 0;  // by sbready_compress, of records that are not sent
  Mutex sb_mtx;                     // SOCKBUF_LOCK

  std::int64_t space() const { return sb_hiwat - sb_ccc; }
  bool writeable() const { return space() >= sb_lowat; }
};

// struct kqueue, or what a thread waits for in poll(2) or select(2).
struct Kqueue {
  std::deque<Socket*> ready;
  Thread* waiter = nullptr;
  bool selects = false;
};

struct KtlsRx;

struct Socket {
  std::size_t group = 0;  // of session_groups
  int index = 0;
  std::uint32_t flowid = 0;
  Protocol* proto = nullptr;
  bool dropped = false;  // INP_DROPPED
  std::uint8_t lines_in = 0;  // the NUMA domain that its state was written in last
  int so_error = 0;
  std::int64_t refs = 1;
  KtlsSession tls;
  KtlsRx* peer_rx = nullptr;  // loopback: the peer's receive session
  SendBuffer so_snd;
  Mutex inp_lock;
  Mutex so_lock;

  // Who waits for space.
  Thread* sbwait = nullptr;
  Kqueue* kqueue = nullptr;
  bool knote_armed = false;
  std::size_t app_thread = 0;    // that serves it
  std::int64_t owed_bytes = 0;   // what it is to send by now, where it has requests
  std::int64_t reply_edge = -1;  // where its reply ends in the stream; -1: none is under way
  std::int64_t file_offset = 0;  // sendfile: of the next byte

  // TCP: stream offsets.
  std::int64_t snd_una = 0;
  std::int64_t snd_nxt = 0;
  std::int64_t snd_wnd_edge = 0;  // the peer takes bytes up to here
  std::int64_t max_sndwnd = 0;    // the largest window that it has offered

  std::unique_ptr<Tcpcb> tp;      // where segments can be lost

  // The peer, or the link to it (nic): bytes received and not yet acknowledged.
  std::int64_t peer_received = 0;
  Reassembly peer_reass;  // where segments can be lost
  std::int64_t peer_acked = 0;
  Callout delayed_ack;

  std::uint64_t last_released_seqno = 0;  // records released to TCP, for the order check
};

// Begins to bring what every record moves of a socket into the caches.
inline void prefetch(const Socket& so) {
  constexpr std::size_t kCacheLineBytes = 64;
  constexpr std::size_t kLines = 4;  // whatever the alignment
  static_assert(kLines * kCacheLineBytes <= sizeof(Socket));
  const auto* const bytes = reinterpret_cast<const char*>(&so);
  for (std::size_t line = 0; line < kLines; ++line) __builtin_prefetch(bytes + line * kCacheLineBytes);
}

}  // namespace ktlssim
