// lo0: segments and acknowledgements pass through netisr threads, and the receiver reads on the same host; it
// decrypts in user mode, or KTLS's workers do before it reads.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "sim/kernel/kern_mutex.hpp"
#include "sim/kernel/ktls_rx.hpp"
#include "sim/kernel/ifnet.hpp"

namespace ktlssim {

class Loopback final : public Network, private KtlsRxReader {
 public:
  explicit Loopback(Kernel& kernel);

  void attach(Socket& so) override;
  void if_output(Socket& so, std::int64_t bytes) override;
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
    std::int64_t received = 0;  // stream offsets
    std::int64_t acked = 0;
    std::int64_t plain = 0;  // that the process can read
    std::int64_t read = 0;
    std::int64_t advertised = 0;  // window edge that the sender has been told
    bool readable = false;        // on its reader's list
    Callout delayed_ack;
    KtlsRx rx;  // where KTLS decrypts
  };
  struct ReceiverThread {
    Thread* thread = nullptr;
    std::deque<Receiver*> ready;
  };
  struct Packet {
    Receiver* receiver;
    std::int64_t data_bytes;  // 0: an acknowledgement
    std::int64_t ack;
    std::int64_t wnd_edge;
  };
  struct Netisr {
    Thread* thread = nullptr;
    std::deque<Packet> queue;
    bool running = false;
  };

  Netisr& netisr_of(const Receiver& receiver);
  void netisr_queue(const Packet& packet);  // in the executing thread
  [[noreturn]] void swi_net(Netisr& netisr);
  void tcp_input_data(Receiver& receiver, std::int64_t bytes);
  void delayed_ack(std::uint64_t session);
  void start_timer(const Receiver& receiver, Time date);
  Packet acknowledgement(Receiver& receiver);
  [[noreturn]] void receiver_thread(ReceiverThread& self);
  void soreceive(Receiver& receiver);
  void decrypted(KtlsRx& rx, std::int64_t wire_bytes) override;
  // More bytes can be read. Returns whether the reader sleeps on that.
  bool make_readable(Receiver& receiver, std::int64_t bytes);

  Kernel& kernel_;
  std::deque<Receiver> receivers_;  // by socket index
  std::deque<Netisr> netisrs_;
  std::deque<ReceiverThread> readers_;
};

}  // namespace ktlssim
