// t4_sge.c: the receive queues of a NIC and their interrupt threads. Acknowledgements arrive here, and
// ccr(4)'s completions on the first queue of its port. LRO keeps the acknowledgements of some connections until
// the queue is drained, and makes one of those of a connection; so completions of a batch go before them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/drivers/interrupt_queue.hpp"
#include "sim/drivers/pcie_link.hpp"

namespace ktlssim {

struct Cryptop;
struct Socket;

// Who takes the entries that are not packets.
class CcrCompletions {
 public:
  virtual ~CcrCompletions() = default;
  virtual void do_cpl6_fw_pld(Cryptop& crp) = 0;  // a request is done
  // NIC TLS: the engine of the card takes a packet for so long, in turn with requests; when it is done. No time if it has
  // no part in that, as where requests come over a link with a limit: of them one is read ahead, and packets would always
  // be before it.
  virtual Time encrypt_packet(Time /*ready*/, Time /*service*/) { return kNoTime; }
};

class Cxgbe final {
 public:
  // Allocates vectors for errors, for events and for each receive queue, and binds none: it does so under RSS
  // only.
  Cxgbe(Kernel& kernel, int unit, int rx_queues);

  // Hardware: an acknowledgement up to `ack` arrives for `so`, which tells of a hole up to `hole_end` (0: none).
  void receive_ack(Socket& so, std::int64_t ack, std::int64_t hole_end);
  // The retransmission timer of `so` has gone off.
  void post_softclock(Socket& so);
  // Hardware: a crypto completion for the port whose first queue is `queue`.
  void receive_fw6_pld(int queue, Cryptop& crp);

  // The adapter's PCIe link is one that reads so much from now on; 0: without a limit, and null.
  PcieLink* read_over(double gbps);
  PcieLink* pcie_link() const { return pcie_link_.get(); }

  // t6nexN:evt, the firmware event queue's.
  InterruptVector event_vector() const { return event_vector_; }

  void set_ccr(CcrCompletions* ccr) { ccr_ = ccr; }
  CcrCompletions* ccr() const { return ccr_; }
  int rx_queues() const { return static_cast<int>(queues_.size()); }
  InterruptQueue& queue(int i) const { return *queues_[static_cast<std::size_t>(i)]->interrupt; }

 private:
  // One queue, with its struct lro_ctrl.
  class RxQueue final : public CompletionHandler {
   public:
    explicit RxQueue(Cxgbe& nic) : nic_(nic) {}
    void handle(const Completion& completion) override;
    void drained() override;

    std::unique_ptr<InterruptQueue> interrupt;

   private:
    struct LroEntry {
      Socket* so;
      std::int64_t ack;
      Time began;
    };

    void t4_eth_rx(Socket& so, std::int64_t ack, std::int64_t hole_end);
    void tcp_lro_flush(std::size_t entry);
    void tcp_lro_flush_inactive();

    Cxgbe& nic_;
    std::vector<LroEntry> lro_;
    std::int64_t until_look_ = 0;  // entries before what has been inactive is looked for
  };

  void tcp_input(Socket& so, std::int64_t ack, std::int64_t hole_end);
  RxQueue& queue_of(const Socket& so);

  Kernel& kernel_;
  CcrCompletions* ccr_ = nullptr;
  std::size_t ports_ = 1;  // of lagg, among which the queues are dealt
  std::vector<std::unique_ptr<RxQueue>> queues_;
  std::string name_;
  InterruptVector event_vector_;
  std::unique_ptr<PcieLink> pcie_link_;
};

}  // namespace ktlssim
