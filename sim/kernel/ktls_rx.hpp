// The receive side of uipc_ktls.c: whole records that have arrived are decrypted by the same workers that
// encrypt, after their batches, one record at a time, always waiting for it. Who reads is woken once for all.
#pragma once

#include <cstdint>
#include <deque>

#include "sim/kernel/socket.hpp"

namespace ktlssim {

class Kernel;
struct KtlsRx;

// Who reads what has been decrypted.
class KtlsRxReader {
 public:
  virtual ~KtlsRxReader() = default;
  // `wire_bytes` more of the stream are plain text. In the worker.
  virtual void decrypted(KtlsRx& rx, std::int64_t wire_bytes) = 0;
  // A record of `wire_bytes` was dropped, with so_error = EBADMSG. In the worker.
  virtual void bad_record(KtlsRx& rx, std::int64_t wire_bytes) = 0;
};

// A receive session with the part of its socket buffer that holds cipher text.
struct KtlsRx {
  Socket* so = nullptr;  // the connection, by its sending end
  KtlsRxReader* reader = nullptr;
  KtlsSession tls;
  std::deque<std::int32_t> records;  // bytes on the wire of the records to come, as the sender framed them
  std::int64_t encrypted_bytes = 0;  // received, not decrypted
  bool running = false;              // SB_TLS_RX_RUNNING: queued or being decrypted
};

// Opens the receive session of a connection (ktls_enable_rx), whose sending one is open.
void ktls_enable_rx(Kernel& k, KtlsRx& rx, Socket& so);
// Bytes have been appended: queues the session for its worker if a whole record is there (ktls_check_rx).
void ktls_check_rx(Kernel& k, KtlsRx& rx);
// Decrypts the whole records that are there.
void ktls_decrypt(Kernel& k, KtlsRx& rx);

}  // namespace ktlssim
