// ccr(4), t4_crypto.c: work requests on a port's control queue; completions on the port's first NIC receive
// queue.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "sim/drivers/device.hpp"
#include "sim/drivers/drivers.hpp"
#include "sim/drivers/interrupt_queue.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/network/cxgbe.hpp"

namespace ktlssim {

namespace {

// A control queue (struct sge_wrq): a ring of descriptors, and a list without bound behind it.
struct ControlQueue {
  Mutex eq_lock;
  std::int64_t used = 0;  // descriptors of the ring
  std::deque<std::pair<Time, std::int64_t>>
      to_be_freed;  // when the device takes up a request, and its descriptors
  std::deque<Cryptop*> wr_list;
  bool update_due = false;  // an egress update is on its way
  bool drain_due = false;   // the taskqueue thread has work
  Thread* taskqueue = nullptr;
  std::int64_t queued_max = 0;
  std::int64_t active_sessions = 0;
};

class Ccr final : public Driver, public DeviceOwner, public CcrCompletions, private CompletionHandler {
 public:
  explicit Ccr(Kernel& kernel)
      : kernel_(kernel),
        costs_(kernel.scenario.driver.ccr),
        device_(kernel, "ccr", *this),
        ports_(static_cast<std::size_t>(costs_.ports.count())),
        fwq_(kernel, "irq t6nex0:evt", kernel.sched.cpus() - 1,
             from_us(kernel.scenario.network.rx_holdoff_us), *this) {
    kernel.cxgbe->set_ccr(this);
    for (std::size_t port = 0; port < ports_.size(); ++port) {
      ControlQueue& wrq = ports_[port];
      wrq.taskqueue = &kernel.sched.create(fmt::format("t6nex0 tq{}", port), ThreadClass::interrupt, -1,
                                           [this, &wrq] { wrq_tx_drain(wrq); });
    }
  }

  bool sync() const override { return false; }

  // The enabled port with fewest active sessions.
  void newsession(Socket& so) override {
    const auto port = std::min_element(
        ports_.begin(), ports_.end(),
        [](const ControlQueue& a, const ControlQueue& b) { return a.active_sessions < b.active_sessions; });
    ++port->active_sessions;
    so.tls.port = static_cast<int>(port - ports_.begin());
  }

  // ccr_process and ccr_gcm
  void process(Cryptop& crp) override {
    Mutex& session_lock = crp.so->tls.driver_lock;
    kernel_.mtx_lock(session_lock, kernel_.locks.driver_session);
    kernel_.charge(Function::crypto_process, kernel_.scenario.driver.device.process_ns.ns());
    t4_wrq_tx(ports_[static_cast<std::size_t>(crp.so->tls.port)], crp);
    kernel_.mtx_unlock(session_lock);
    ++stats_gcm_encrypt_;
  }

  void completed(Cryptop& crp) override { kernel_.cxgbe->receive_fw6_pld(first_rxq(crp.so->tls.port), crp); }

  void do_cpl6_fw_pld(Cryptop& crp) override {
    kernel_.charge(Function::driver_response, kernel_.scenario.driver.device.response_ns.ns());
    crypto_done(kernel_, crp);
  }

  std::vector<Resource> resources(std::int64_t records) const override { return {device_.resource(records)}; }

  std::vector<std::pair<std::string, std::int64_t>> counters() const override {
    std::vector<std::pair<std::string, std::int64_t>> all{
        {"dev.ccr.0.stats.gcm_encrypt", stats_gcm_encrypt_},
        {"dev.ccr.0.stats.inflight", kernel_.recorder.in_flight.level()}};
    for (std::size_t i = 0; i < ports_.size(); ++i) {
      all.emplace_back(fmt::format("dev.ccr.0.stats.port.{}.active_sessions", i), ports_[i].active_sessions);
      all.emplace_back(fmt::format("dev.ccr.0.stats.port.{}.wr_list_max", i), ports_[i].queued_max);
    }
    return all;
  }

 private:
  // handle_wrq_egr_update, in the interrupt thread of the firmware event queue: leaves the work to a
  // taskqueue thread.
  void handle(const Completion& completion) override {
    ControlQueue& wrq = ports_[static_cast<std::size_t>(completion.value)];
    wrq.drain_due = true;
    kernel_.wakeup(wrq.taskqueue, "-");
  }

  [[noreturn]] void wrq_tx_drain(ControlQueue& wrq) {
    for (;;) {
      while (!std::exchange(wrq.drain_due, false)) kernel_.sched.sleep("-");
      kernel_.mtx_lock(wrq.eq_lock, kernel_.locks.ring);
      wrq.update_due = false;
      drain_wrq_wr_list(wrq);
      kernel_.mtx_unlock(wrq.eq_lock);
    }
  }

  // With several ports their first queues are spread evenly over the queues there are.
  int first_rxq(int port) const {
    return port * kernel_.cxgbe->rx_queues() / static_cast<int>(ports_.size());
  }

  // Never fails: what the ring cannot take is held on the list.
  void t4_wrq_tx(ControlQueue& wrq, Cryptop& crp) {
    kernel_.mtx_lock(wrq.eq_lock, kernel_.locks.ring);
    kernel_.charge(Function::driver_ring, kernel_.scenario.driver.device.ring_ns.ns());
    wrq.wr_list.push_back(&crp);
    wrq.queued_max = std::max(wrq.queued_max, static_cast<std::int64_t>(wrq.wr_list.size()));
    if (wrq.wr_list.size() == 1) {
      start(wrq);
    } else {
      drain_wrq_wr_list(wrq);
    }
    request_update(wrq);
    kernel_.mtx_unlock(wrq.eq_lock);
  }

  void drain_wrq_wr_list(ControlQueue& wrq) {
    while (!wrq.wr_list.empty() && has_room(wrq)) {
      kernel_.charge(Function::driver_ring, costs_.drain_ns.ns());
      start(wrq);
    }
    request_update(wrq);
  }

  // What the device has taken up is free (read_hw_cidx).
  bool has_room(ControlQueue& wrq) {
    while (!wrq.to_be_freed.empty() && wrq.to_be_freed.front().first <= kernel_.now()) {
      wrq.used -= wrq.to_be_freed.front().second;
      wrq.to_be_freed.pop_front();
    }
    return wrq.used + costs_.descriptors_per_request.count() <= costs_.ring_descriptors.count();
  }

  // Moves the head of the list to the ring, if there is room.
  void start(ControlQueue& wrq) {
    if (!has_room(wrq)) return;
    Cryptop& crp = *wrq.wr_list.front();
    wrq.wr_list.pop_front();
    const std::int64_t descriptors = costs_.descriptors_per_request.count();
    wrq.used += descriptors;
    wrq.to_be_freed.emplace_back(device_.submit(crp), descriptors);
  }

  // While work requests wait, the device reports when a batch of descriptors is free.
  void request_update(ControlQueue& wrq) {
    if (wrq.update_due || wrq.wr_list.empty() || has_room(wrq)) return;
    std::int64_t freed = 0;
    Time when = kernel_.now();
    for (const auto& [start, descriptors] : wrq.to_be_freed) {
      when = start;
      freed += descriptors;
      if (freed >= costs_.egress_update_descriptors.count()) break;
    }
    wrq.update_due = true;
    kernel_.calendar().call_at<&Ccr::egress_update>(
        when + kernel_.scenario.driver.device.latency_complete_ns.ns(), Rank::hardware, this,
        static_cast<std::uint64_t>(&wrq - ports_.data()));
  }

  void egress_update(std::uint64_t port) {
    fwq_.post({.kind = 0, .object = nullptr, .value = static_cast<std::int64_t>(port), .value2 = 0});
  }

  Kernel& kernel_;
  const CcrCosts& costs_;
  Device device_;
  std::vector<ControlQueue> ports_;
  InterruptQueue fwq_;  // the firmware event queue; its vector is taken to be on the last CPU
  std::int64_t stats_gcm_encrypt_ = 0;
};

}  // namespace

std::unique_ptr<Driver> make_ccr(Kernel& k) { return std::make_unique<Ccr>(k); }

}  // namespace ktlssim
