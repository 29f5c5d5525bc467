#include "sim/drivers/ccr.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/drivers/completion_poller.hpp"
#include "sim/drivers/device.hpp"
#include "sim/drivers/interrupt_queue.hpp"
#include "sim/engine/ring.hpp"
#include "sim/kernel/frame.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

namespace {

// A work request in the ring.
struct WorkRequest {
  Time taken_up;  // by the device, which then needs its descriptors no more; kNever: it will tell
  std::int64_t descriptors;
  bool update;     // F_FW_WR_EQUEQ: the device then writes to the status page how far it is
  bool interrupt;  // F_FW_WR_EQUIQ: and interrupts
};

// A control queue (struct sge_wrq): a ring of descriptors, and a list without bound behind it.
struct ControlQueue {
  Mutex eq_lock;
  std::int64_t used = 0;  // descriptors of the ring, as far as the driver knows
  Ring<WorkRequest> in_ring;
  // Of them, the first: known to be taken up, though no update has said so. And the last: as far as the
  // device will tell.
  std::size_t seen_taken_up = 0;
  std::size_t not_taken_up = 0;
  Ring<Cryptop*> wr_list;
  std::int64_t since_update = 0;  // descriptors written since an update was asked for (equeqidx)
  bool equiq = false;             // an egress update with an interrupt has been asked for
  bool drain_due = false;         // the taskqueue thread has work
  Thread* taskqueue = nullptr;
  int first_rxq = 0;  // of its port, where completions arrive
  Time last_taken_up{};
  std::int64_t queued_max = 0;
  std::int64_t active_sessions = 0;
};

class Ccr final : public Driver, public DeviceOwner, public CcrCompletions, private CompletionHandler {
 public:
  Ccr(Kernel& kernel, const DriverProfile& profile, int unit, Cxgbe& nic)
      : Driver(kernel, profile, unit),
        costs_(profile.ccr),
        nic_(nic),
        device_(kernel, profile, unit, *this, nic.read_over(profile.device.pcie_gbps.value())),
        ports_(static_cast<std::size_t>(costs_.ports.count())),
        fwq_(kernel, fmt::format("irq t6nex{}:evt", unit), nic.event_vector(),
             costs_.event_holdoff_ns.ns(), *this) {
    nic.set_ccr(this);
    for (std::size_t port = 0; port < ports_.size(); ++port) {
      ControlQueue& wrq = ports_[port];
      // With several ports their first queues are spread evenly over the queues there are.
      wrq.first_rxq = static_cast<int>(port) * nic.rx_queues() / static_cast<int>(ports_.size());
      wrq.taskqueue = &kernel.sched.create(fmt::format("t6nex{} tq{}", unit, port), ThreadClass::interrupt,
                                           -1, [this, &wrq] { wrq_tx_drain(wrq); });
    }
    if (const std::int64_t threads = kernel.scenario.what_if.poll_threads; threads > 0) {
      pollers_ = std::make_unique<CompletionPollers>(kernel, fmt::format("ccr{}", unit), threads);
      for (std::size_t port = 0; port < ports_.size(); ++port)
        if (InterruptQueue& queue = nic.queue(ports_[port].first_rxq); !queue.polled())
          pollers_->take(queue);
    }
  }

  // The enabled port with fewest active sessions.
  void newsession(CryptoSession& ses) override {
    Driver::newsession(ses);
    const auto port = std::min_element(
        ports_.begin(), ports_.end(),
        [](const ControlQueue& a, const ControlQueue& b) { return a.active_sessions < b.active_sessions; });
    ++port->active_sessions;
    ses.port = static_cast<int>(port - ports_.begin());
  }

  // ccr_process and ccr_gcm
  Errno process(Cryptop& crp) override {
  const Frame frame(kernel_.sched, "ccr_process");
    CryptoSession& ses = *crp.ses;
    kernel_.mtx_lock(ses.lock, kernel_.locks.driver_session);
    kernel_.charge(Function::crypto_process, profile_.device.process_ns.ns());
    if (kernel_.faults.no_memory()) {
      kernel_.mtx_unlock(ses.lock);
      ++stats_wr_nomem_;
      crp.crp_etype = Errno::enomem;
      crypto_done(kernel_, crp);
      return Errno::ok;
    }
    crp.ring = ses.port;
    t4_wrq_tx(ports_[static_cast<std::size_t>(ses.port)], crp);
    kernel_.mtx_unlock(ses.lock);
    ++stats(ses.algorithm);
    ++inflight_;
    return Errno::ok;
  }

  void taken_up(Cryptop& crp) override {
    ControlQueue& wrq = ports_[static_cast<std::size_t>(crp.ring)];
    WorkRequest& request = wrq.in_ring[wrq.in_ring.size() - wrq.not_taken_up--];
    request.taken_up = wrq.last_taken_up = kernel_.now();
    if (request.interrupt) egress_update(static_cast<std::uint64_t>(crp.ring));
  }

  void completed(Cryptop& crp) override { nic_.receive_fw6_pld(ports_[static_cast<std::size_t>(crp.ring)].first_rxq, crp); }

  void do_cpl6_fw_pld(Cryptop& crp) override {
  const Frame frame(kernel_.sched, "do_cpl6_fw_pld");
    kernel_.spend(Function::driver_response, profile_.device.response_ns.ns());
    --inflight_;
    crypto_done(kernel_, crp);
  }

  Time encrypt_packet(Time ready, Time service) override {
    return nic_.pcie_link() == nullptr ? device_.encrypt_packet(ready, service) : kNoTime;
  }

  std::string lost_wakeup() const override {
    for (std::size_t port = 0; port < ports_.size(); ++port) {
      const ControlQueue& wrq = ports_[port];
      const Time idle = kernel_.now() - wrq.last_taken_up;
      if (wrq.wr_list.empty() || wrq.not_taken_up > 0 || wrq.equiq || wrq.drain_due || wrq.eq_lock.held() ||
          idle < (kernel_.window.end - kernel_.window.begin) / 10)  // the next work request may yet bring it
        continue;
      return fmt::format(
          "ccr{}: {} work requests wait on the list of control queue {}, whose ring is done since {} ns, and "
          "no "
          "egress update is due: the last one came when the ring had filled again, and drain_wrq_wr_list "
          "(t4_sge.c) asks for another only with a work request that it starts. A longer ring makes it "
          "rarer.\n",
          unit_, wrq.wr_list.size(), port, wrq.last_taken_up.count());
    }
    return {};
  }

  std::vector<Resource> resources(std::int64_t records) const override {
    std::vector<Resource> all = device_.resources(records);
    if (const PcieLink* const link = nic_.pcie_link()) all.push_back(link->resource(records));
    return all;
  }

  std::vector<std::pair<std::string, std::int64_t>> counters() const override {
    std::vector<std::pair<std::string, std::int64_t>> all{
        {fmt::format("dev.ccr.{}.stats.gcm_encrypt", unit_), stats_gcm_encrypt_},
        {fmt::format("dev.ccr.{}.stats.blkcipher_encrypt", unit_), stats_blkcipher_encrypt_},
        {fmt::format("dev.ccr.{}.stats.hmac", unit_), stats_hmac_},
        {fmt::format("dev.ccr.{}.stats.inflight", unit_), inflight_},
        {fmt::format("dev.ccr.{}.stats.wr_nomem", unit_), stats_wr_nomem_}};
    if (stats_chacha20_encrypt_ > 0)
      all.emplace_back(fmt::format("ktlssim.ccr.{}.chacha20_encrypt", unit_), stats_chacha20_encrypt_);
    for (std::size_t i = 0; i < ports_.size(); ++i) {
      all.emplace_back(fmt::format("dev.ccr.{}.stats.port.{}.active_sessions", unit_, i),
                       ports_[i].active_sessions);
      all.emplace_back(fmt::format("dev.ccr.{}.stats.port.{}.wr_list_max", unit_, i), ports_[i].queued_max);
    }
    return all;
  }

 private:
  // handle_wrq_egr_update, in the interrupt thread of the firmware event queue: leaves the work to a
  // taskqueue thread.
  void handle(const Completion& completion) override {
    ControlQueue& wrq = ports_[static_cast<std::size_t>(completion.value)];
    wrq.equiq = false;
    wrq.drain_due = true;
    kernel_.wakeup(wrq.taskqueue, "-");
  }

  [[noreturn]] void wrq_tx_drain(ControlQueue& wrq) {
  const Frame frame(kernel_.sched, "wrq_tx_drain");
    for (;;) {
      while (!std::exchange(wrq.drain_due, false)) kernel_.sched.sleep("-");
      kernel_.mtx_lock(wrq.eq_lock, kernel_.locks.ring);
      drain_wrq_wr_list(wrq);
      kernel_.mtx_unlock(wrq.eq_lock);
    }
  }

  // Never fails: what the ring cannot take is held on the list.
  void t4_wrq_tx(ControlQueue& wrq, Cryptop& crp) {
  const Frame frame(kernel_.sched, "t4_wrq_tx");
    kernel_.mtx_lock(wrq.eq_lock, kernel_.locks.ring);
    kernel_.charge(Function::driver_ring, profile_.device.ring_ns.ns());
    wrq.wr_list.push_back(&crp);
    wrq.queued_max = std::max(wrq.queued_max, static_cast<std::int64_t>(wrq.wr_list.size()));
    if (wrq.wr_list.size() == 1) {
      if (has_room(wrq)) start(wrq);
    } else {
      drain_wrq_wr_list(wrq);
    }
    kernel_.mtx_unlock(wrq.eq_lock);
  }

  void drain_wrq_wr_list(ControlQueue& wrq) {
    while (!wrq.wr_list.empty() && has_room(wrq)) {
      kernel_.charge(Function::driver_ring, costs_.drain_ns.ns());
      start(wrq);
    }
  }

  // Descriptors free as far as the status page (read_hw_cidx) says, which is as new as the last work request
  // that asked for an update. The page takes one entry of the ring, and one always stays empty.
  std::int64_t available(ControlQueue& wrq) {
    std::size_t& seen = wrq.seen_taken_up;  // the device takes them up in order
    while (seen < wrq.in_ring.size() && wrq.in_ring[seen].taken_up <= kernel_.now()) {
      if (!wrq.in_ring[seen++].update) continue;
      for (; seen > 0; --seen) {
        wrq.used -= wrq.in_ring.front().descriptors;
        ring_filled(wrq, -wrq.in_ring.front().descriptors);
        wrq.in_ring.pop_front();
      }
    }
    return sidx() - 1 - wrq.used;
  }

  std::int64_t sidx() const { return costs_.ring_descriptors.count() - 1; }

  bool has_room(ControlQueue& wrq) { return available(wrq) >= costs_.descriptors_per_request.count(); }

  // Moves the head of the list to the ring, which has room. Asks for an interrupt when less than a quarter of
  // the ring was free, and for an update of the status page now and then. An interrupt that is already asked
  // for serves: one that comes when the ring has filled again behind it finds no room, and nobody asks for
  // another
  // ("not 100% reliable", says t4_sge.c) until the next work request does.
  void start(ControlQueue& wrq) {
    const std::int64_t free = sidx() - 1 - wrq.used;
    Cryptop& crp = *wrq.wr_list.front();
    wrq.wr_list.pop_front();
    if (!wrq.wr_list.empty()) __builtin_prefetch(wrq.wr_list.front());  // it has waited for long
    const std::int64_t descriptors = costs_.descriptors_per_request.count();
    wrq.used += descriptors;
    ring_filled(wrq, descriptors);
    wrq.since_update += descriptors;
    const Time taken_up = device_.submit(crp);
    const bool interrupt = free < sidx() / 4 && !wrq.equiq;
    const bool update = interrupt || wrq.since_update >= costs_.egress_update_descriptors.count();
    WorkRequest& request = wrq.in_ring.push_back();
    request.taken_up = taken_up;
    request.descriptors = descriptors;
    request.update = update;
    request.interrupt = interrupt;
    if (update) wrq.since_update = 0;
    if (interrupt) wrq.equiq = true;
    if (taken_up == kNever) {
      ++wrq.not_taken_up;
      return;
    }
    wrq.last_taken_up = taken_up;
    if (!interrupt) return;
    kernel_.calendar().call_at<&Ccr::egress_update>(taken_up, Rank::hardware, this,
                                                    static_cast<std::uint64_t>(&wrq - ports_.data()));
  }

  void ring_filled(const ControlQueue& wrq, std::int64_t descriptors) {
    kernel_.recorder.filled("ccr ring, descriptors", static_cast<std::size_t>(&wrq - ports_.data()),
                            descriptors, kernel_.now());
  }

  void egress_update(std::uint64_t port) {
    fwq_.post({.kind = 0, .object = nullptr, .value = static_cast<std::int64_t>(port), .value2 = 0});
  }

  std::int64_t& stats(Algorithm algorithm) {
    switch (algorithm) {
      case Algorithm::aes_128_cbc:
      case Algorithm::aes_256_cbc:
        return stats_blkcipher_encrypt_;
      case Algorithm::hmac_sha1:
      case Algorithm::hmac_sha256:
      case Algorithm::hmac_sha384:
        return stats_hmac_;
      case Algorithm::aes_128_gcm:
      case Algorithm::aes_256_gcm:
        return stats_gcm_encrypt_;
      case Algorithm::chacha20_poly1305:
        return stats_chacha20_encrypt_;
    }
    throw ModelError("unknown algorithm");
  }

  const CcrCosts& costs_;
  Cxgbe& nic_;
  Device device_;
  std::vector<ControlQueue> ports_;
  InterruptQueue fwq_;  // the firmware event queue; its vector is taken to be on the last CPU
  std::unique_ptr<CompletionPollers> pollers_;  // what-if
  std::int64_t inflight_ = 0;
  std::int64_t stats_gcm_encrypt_ = 0;
  std::int64_t stats_blkcipher_encrypt_ = 0;
  std::int64_t stats_hmac_ = 0;
  std::int64_t stats_chacha20_encrypt_ = 0;  // no card does it, but a profile may
  std::int64_t stats_wr_nomem_ = 0;
};

}  // namespace

std::unique_ptr<Driver> make_ccr(Kernel& k, const DriverProfile& profile, int unit, Cxgbe& nic) {
  return std::make_unique<Ccr>(k, profile, unit, nic);
}

}  // namespace ktlssim
