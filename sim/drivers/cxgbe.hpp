// t4_sge.c: the receive queues of a NIC and their interrupt threads. Acknowledgements arrive here, and
// ccr(4)'s completions on the first queue of its port.
#pragma once

#include <deque>
#include <memory>
#include <string>

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
};

class Cxgbe final : public CompletionHandler {
 public:
  // Allocates vectors for errors, for events and for each receive queue, and binds none: it does so under RSS
  // only.
  Cxgbe(Kernel& kernel, int unit, int rx_queues);

  // Hardware: an acknowledgement up to `ack` with a window up to `wnd_edge` arrives for `so`.
  void receive_ack(Socket& so, std::int64_t ack, std::int64_t wnd_edge);
  // Hardware: a crypto completion for the port whose first queue is `queue`.
  void receive_fw6_pld(int queue, Cryptop& crp);

  // The adapter's PCIe link is one that reads so much from now on; 0: without a limit, and null.
  PcieLink* read_over(double gbps);
  PcieLink* pcie_link() const { return pcie_link_.get(); }

  // t6nexN:evt, the firmware event queue's.
  InterruptVector event_vector() const { return event_vector_; }

  void set_ccr(CcrCompletions* ccr) { ccr_ = ccr; }
  int rx_queues() const { return static_cast<int>(queues_.size()); }
  const InterruptQueue& queue(int i) const { return *queues_[static_cast<std::size_t>(i)]; }

  void handle(const Completion& completion) override;

 private:
  Kernel& kernel_;
  CcrCompletions* ccr_ = nullptr;
  std::vector<std::unique_ptr<InterruptQueue>> queues_;
  std::string name_;
  InterruptVector event_vector_;
  std::unique_ptr<PcieLink> pcie_link_;
};

}  // namespace ktlssim
