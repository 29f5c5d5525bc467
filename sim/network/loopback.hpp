// lo0: segments and acknowledgements pass through netisr threads, and the receiver reads on the same host; it
// decrypts in user mode, or KTLS's workers do before it reads.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "sim/kernel/ifnet.hpp"
#include "sim/kernel/kern_mutex.hpp"
#include "sim/kernel/ktls_rx.hpp"

namespace ktlssim {

class Loopback final : public Network, private KtlsRxReader {
 public:
  explicit Loopback(Kernel& kernel);

  void attach(Socket& so) override;
  void if_output(Socket& so, std::int64_t from, std::int64_t bytes) override;
  void softclock(Socket& so) override;
  std::vector<Resource> resources(std::int64_t) const override { return {}; }

  // Bytes that no receiver has read yet; for the stall diagnosis.
  std::int64_t unread_bytes() const;

 private:
  struct ReceiverThread;

  // The receiving end of a connection.
  struct Receiver {
    Socket* so = nullptr;
    ReceiverThread* reader = nullptr;
    Mutex inp_lock;
    Reassembly stream;  // received
    std::int64_t acked = 0;
    std::int64_t plain = 0;  // that the process can read
    std::int64_t read = 0;
    std::int64_t advertised = 0;  // window edge that the sender has been told
    bool readable = false;        // on its reader's list
    int so_error = 0;             // EBADMSG, until it is read
    Callout delayed_ack;
    KtlsRx rx;  // where KTLS decrypts
  };
  struct ReceiverThread {
    Thread* thread = nullptr;
    std::deque<Receiver*> ready;
  };
  enum class PacketKind : std::uint8_t { data, ack, softclock };
  struct Packet {
    PacketKind kind;
    Receiver* receiver;
    std::int64_t from = 0;  // data: stream offsets
    std::int64_t to = 0;
    std::int64_t ack = 0;
    std::int64_t wnd_edge = 0;
    std::int64_t hole_end = 0;
  };
  // struct netisr_workstream, with the queue of one protocol.
  struct Netisr {
    Thread* thread = nullptr;
    Mutex nws_mtx;
    std::deque<Packet> queue;
    std::deque<Packet> batch;  // taken by the thread
    bool running = false;      // NWS_RUNNING
    bool scheduled = false;    // NWS_SCHEDULED
  };

  Netisr& netisr_of(const Receiver& receiver);
  void netisr_queue(const Packet& packet);  // in the executing thread
  // Returns whether the thread must be told; drops what a full queue does not take.
  bool netisr_queue_workstream(Netisr& netisr, const Packet& packet);
  void input(const Packet& packet);
  void wake(Netisr& netisr);
  [[noreturn]] void swi_net(Netisr& netisr);
  void tcp_input_data(Receiver& receiver, std::int64_t from, std::int64_t to);
  void delayed_ack(std::uint64_t session);
  void start_timer(const Receiver& receiver, Time date);
  Packet acknowledgement(Receiver& receiver);
  bool window_update_due(const Receiver& receiver) const;
  [[noreturn]] void receiver_thread(ReceiverThread& self);
  void soreceive(Receiver& receiver);
  void decrypted(KtlsRx& rx, std::int64_t wire_bytes) override;
  void bad_record(KtlsRx& rx, std::int64_t wire_bytes) override;
  // More bytes can be read. Returns whether the reader sleeps on that.
  bool make_readable(Receiver& receiver, std::int64_t bytes);

  Kernel& kernel_;
  const std::int64_t ack_threshold_bytes_;  // 0: by segment
  std::deque<Receiver> receivers_;  // by socket index
  std::deque<Netisr> netisrs_;
  std::deque<ReceiverThread> readers_;
};

}  // namespace ktlssim
