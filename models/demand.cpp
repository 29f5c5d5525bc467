#include "models/demand.hpp"

#include <algorithm>
#include <initializer_list>

namespace ktlssim {

namespace {

// CPU time per record of one kind of thread.
class Steps {
 public:
  // `times` executions of a step per record.
  void add(const Quantity& cost, double times = 1) {
    if (cost.value() <= 0 || times <= 0) return;
    ns_ += cost.value() * times;
    ++count_;
  }
  double us() const { return ns_ / 1e3; }
  int count() const { return count_; }

 private:
  double ns_ = 0;
  int count_ = 0;
};

class Path {
 public:
  explicit Path(const Scenario& s)
      : s_(s),
        mode_(s.mode_of(s.session_groups.size())),
        tcp_(s.has_application()),
        file_(s.workload.kind == WorkloadKind::sendfile) {
    const WorkloadParameters& w = s.workload;
    payload_ = s.record_payload_bytes();
    wire_ = static_cast<double>(framing(s.tls.version, s.tls.cipher).wire_bytes(payload_));
    pages_ = static_cast<double>(payload_) / static_cast<double>(s_.host.page());
    const auto records_of = [this](std::int64_t bytes) {
      return std::max(1.0, static_cast<double>(bytes) / static_cast<double>(payload_));
    };
    per_call_ = tcp_ ? 1 / records_of(w.write_bytes) : 0;
    per_batch_ = tcp_ ? 1 / records_of(std::min(w.write_bytes, s.largest_send_buffer_bytes())) : 1;
    per_segment_ = wire_ / static_cast<double>(s.segments().payload_bytes);
    per_burst_ = sends_bursts() ? wire_ / static_cast<double>(s.network.tso_bytes) : per_segment_;
    per_ack_ = acknowledgements();
    if (mode_ == KtlsMode::software) add_requests();
    application();
    if (mode_ == KtlsMode::software) {
      worker();
      completion();
    }
    network();
  }

  Demands demands() const;

 private:
  // One OpenCrypto request of a record, and the driver that does it.
  struct Request {
    Algorithm algorithm;
    const DriverProfile* driver;
    double service_us;
  };

  void add_requests() {
    const Cipher cipher = s_.tls.cipher;
    const Framing framed = framing(s_.tls.version, cipher);
    const auto add = [this](Algorithm algorithm, std::int64_t bytes) {
      const DriverProfile* driver = s_.selected(algorithm);
      // Which records spill to the CPU is not known: what both ways have in common is the least.
      if (s_.what_if.spills() && driver->has_device && is_aead(s_.tls.cipher)) return;
      requests_.push_back({algorithm, driver, to_us(driver->cost(algorithm).time(bytes))});
      if (!driver->has_device) return;
      device_ = driver;
      device_us_ += requests_.back().service_us;
    };
    if (!is_aead(cipher)) add(mac(cipher), payload_ + framed.aad_bytes);
    add(encryption(cipher), is_aead(cipher) ? payload_ : payload_ + framed.trailer_bytes(payload_));
  }
  // Cards like the one that OpenCrypto selects share its sessions.
  double cards() const { return cards_of(device_->kind); }
  double cards_of(DriverKind kind) const {
    double cards = 0;
    for (const DriverProfile* const driver : s_.drivers())
      if (driver->kind == kind) cards += static_cast<double>(driver->functions());
    return cards;
  }

  void application() {
    if (!tcp_) return;
    const ApplicationCosts& a = s_.host.application;
    const double threads = application_threads();
    app_.add(a.application_ns, per_call_);
    app_.add(a.syscall_ns, mode_ == KtlsMode::userland ? 1 : per_call_);
    if (mode_ == KtlsMode::userland) return userland();
    app_.add(file_ ? a.sendfile_ns : a.sosend_ns, per_call_);
    if (s_.workload.io == AppIo::kevent) {
      const double events = std::max(1.0, static_cast<double>(s_.workload.sessions) / threads + 1);
      app_.add(a.kevent_event_ns, per_call_);
      app_.add(a.syscall_ns, per_call_ / events);
      app_.add(a.kevent_ns, per_call_ / events);
    }
    app_.add(a.mb_alloc_ext_pgs_ns);
    app_.add(s_.host.ktls.ktls_frame_ns);
    app_.add(file_ ? a.sendfile_page_ns : a.anonymous_page_ns, pages_);
    if (!file_) app_.add(a.copyin_ns_per_byte, static_cast<double>(payload_));
    if (!file_ && s_.workload.read_file) {
      app_.add(a.syscall_ns, per_call_);
      app_.add(a.read_ns, per_call_);
      app_.add(a.sendfile_page_ns, pages_);
      app_.add(s_.host.loopback.copyout_ns_per_byte, static_cast<double>(payload_));
    }
    app_.add(a.sbappend_ns, per_batch_);
    if (mode_ == KtlsMode::software) {
      app_.add(s_.host.ktls.soref_ns, per_batch_);
      app_.add(s_.host.ktls.ktls_enqueue_ns, per_batch_);
    } else {
      app_.add(s_.host.tcp.sbready_ns);
      app_.add(s_.host.tcp.tcp_output_ns, per_batch_);
    }
  }

  // The application seals and writes each record; a pool may do the sealing.
  void userland() {
    const UserlandCosts& u = s_.host.userland;
    const ApplicationCosts& a = s_.host.application;
    Steps& seal = s_.ktls.userland_threads > 0 ? pool_ : app_;
    const auto payload = static_cast<double>(payload_);
    if (file_) {
      seal.add(a.syscall_ns);
      seal.add(a.read_ns);
      seal.add(a.sendfile_page_ns, pages_);
      seal.add(s_.host.loopback.copyout_ns_per_byte, payload);
    }
    seal.add(u.encrypt_record_ns);
    seal.add(u.copy_ns_per_byte, payload);
    seal.add(u.encrypt_ns_per_byte[static_cast<std::size_t>(encryption(s_.tls.cipher))], payload);
    if (!is_aead(s_.tls.cipher))
      seal.add(u.encrypt_ns_per_byte[static_cast<std::size_t>(mac(s_.tls.cipher))], payload);
    app_.add(a.sosend_ns);
    app_.add(a.copyin_ns_per_byte, wire_);
    app_.add(u.mjumpage_ns, wire_ / static_cast<double>(kPageBytes));
    app_.add(a.sbappend_ns);
    app_.add(s_.host.tcp.tcp_output_ns);
  }

  void worker() {
    const KtlsCosts& c = s_.host.ktls;
    worker_.add(c.ktls_work_thread_ns, per_batch_);
    worker_.add(c.sorele_ns, per_batch_);
    worker_.add(c.ktls_encrypt_record_ns);
    if (file_ && s_.ktls.sw_buffer_cache && pages_ > 2) worker_.add(c.ktls_buffer_alloc_ns);
    if (file_ && !(s_.ktls.sw_buffer_cache && pages_ > 2)) worker_.add(c.vm_page_alloc_ns, pages_);
    for (const Request& request : requests_) {
      worker_.add(c.ktls_ocf_encrypt_ns);
      worker_.add(s_.host.opencrypto.crypto_dispatch_ns);
      if (request.driver->has_device) {
        worker_.add(request.driver->device.process_ns);
        worker_.add(request.driver->device.ring_ns);
      } else {
        worker_.add(Quantity(request.service_us * 1e3, {}));
        worker_.add(s_.host.opencrypto.crypto_done_ns);
      }
    }
    if (s_.sync_dispatch()) {
      finish(worker_, per_batch_);
    } else {
      worker_.add(c.state_alloc_ns);
      worker_.add(c.soref_ns);
    }
  }

  // From the completion on: ktls_finish_nonanon, the session reference, pr_ready.
  void finish(Steps& steps, double per_ready) {
    const KtlsCosts& c = s_.host.ktls;
    steps.add(c.ktls_free_ns);
    if (file_) {
      steps.add(c.ktls_finish_nonanon_ns);
      steps.add(c.page_unwire_ns, pages_);
    }
    if (!tcp_) return;
    steps.add(s_.host.tcp.tcp_usr_ready_ns, per_ready);
    steps.add(s_.host.tcp.sbready_ns);
    if (s_.sync_dispatch()) steps.add(s_.host.tcp.tcp_output_ns, per_ready);
  }

  void completion() {
    if (device_ == nullptr) return;
    const KtlsCosts& c = s_.host.ktls;
    for (const Request& request : requests_) {
      if (!request.driver->has_device) continue;
      interrupt_.add(request.driver->device.response_ns);
      interrupt_.add(s_.host.opencrypto.crypto_done_ns);
      if (!s_.sync_dispatch()) continue;
      interrupt_.add(c.ktls_ocf_callback_ns);
      interrupt_.add(s_.host.scheduler.wakeup_ns);
    }
    if (s_.sync_dispatch()) return;
    interrupt_.add(c.ktls_encrypt_cb_ns);
    interrupt_.add(c.state_free_ns);
    interrupt_.add(c.sorele_ns);
    finish(interrupt_, 1);
  }

  void network() {
    if (!tcp_) return;
    const TcpCosts& t = s_.host.tcp;
    const LoopbackCosts& l = s_.host.loopback;
    output_.add(t.tcp_output_burst_ns, per_burst_);
    const double mbufs = static_cast<double>(payload_) / static_cast<double>(s_.sent_mbuf_bytes());
    if (s_.network.kind == NetworkKind::nic) output_.add(t.reclaim_tx_descs_ns, 2 * per_burst_ + mbufs);
    output_.add(t.tcp_output_ns_per_byte, std::max(0.0, wire_ - folded_bytes()));
    acknowledgement_.add(t.tcp_input_ack_ns, per_ack_);
    acknowledgement_.add(t.sbdrop_record_ns);
    acknowledgement_.add(t.page_free_ns, pages_);
    if (mode_ == KtlsMode::ifnet && file_) acknowledgement_.add(s_.host.ktls.page_unwire_ns, pages_);
    if (s_.network.kind == NetworkKind::nic) return;
    output_.add(l.netisr_queue_ns, per_burst_);
    if (!s_.network.loopback_mextpg) output_.add(l.mapped_mbuf_ns, pages_ + 2 * per_segment_);
    acknowledgement_.add(l.tcp_input_data_ns, per_burst_);
    const double per_read = static_cast<double>(payload_) / static_cast<double>(s_.ktls.maxlen_bytes);
    receiver_.add(s_.host.application.syscall_ns, per_read);
    receiver_.add(l.soreceive_ns, per_read);
    receiver_.add(l.copyout_ns_per_byte, wire_);
    if (s_.network.receiver == ReceiverKind::ktls_rx) {
      receive_sessions(per_read);
      return;
    }
    receiver_.add(l.decrypt_record_ns, per_read);
    receiver_.add(l.decrypt_ns_per_byte[static_cast<std::size_t>(encryption(s_.tls.cipher))], wire_);
    if (!is_aead(s_.tls.cipher))
      receiver_.add(l.decrypt_ns_per_byte[static_cast<std::size_t>(mac(s_.tls.cipher))], wire_);
  }

  // The worker and the device once more, for what comes in.
  void receive_sessions(double records) {
    worker_.add(s_.host.ktls.ktls_decrypt_ns, records);
    worker_.add(s_.host.ktls.ktls_ocf_encrypt_ns, records);
    worker_.add(s_.host.opencrypto.crypto_dispatch_ns, records);
    for (const Request& request : requests_)
      if (!request.driver->has_device) worker_.add(Quantity(request.service_us * 1e3, {}), records);
    device_us_ *= 1 + records;
  }

  double application_threads() const {
    const WorkloadParameters& w = s_.workload;
    if (w.io == AppIo::blocking) return static_cast<double>(w.sessions);
    return static_cast<double>(w.app_threads > 0 ? w.app_threads : std::min(s_.cpus(), w.sessions));
  }
  double interrupt_threads() const {
    if (const std::int64_t pollers = s_.what_if.poll_threads; pollers > 0) return cards() * static_cast<double>(pollers);
    if (device_->has_ccr) return cards() * device_->ccr.ports.value();
    if (device_->has_qat_ocf)
      return cards() * std::min(static_cast<double>(s_.cpus()), device_->qat_ocf.instances.value());
    return cards() * std::min(static_cast<double>(s_.cpus()), device_->qat.banks.value());
  }
  // CPUs at full speed that all hardware threads together are worth.
  double cpus() const {
    const auto threads = static_cast<std::int64_t>(s_.host.threads_per_core.value());
    const auto core = [this](std::int64_t busy) {
      return std::max(1.0, static_cast<double>(busy) * s_.host.smt_speed.value());
    };
    const std::int64_t left = s_.cpus() % threads;  // of a core that has no more of them
    return static_cast<double>(s_.cpus() / threads) * core(threads) + (left > 0 ? core(left) : 0);
  }
  // Of a card that reads requests, and what a first port of ccr(4) sends.
  double pcie_us() const {
    double bytes = 0;
    for (const Request& request : requests_)
      bytes += request.driver == device_ ? static_cast<double>(payload_) : 0;
    if (device_->has_ccr && shares_link()) bytes += wire_;
    return bytes * 8 / device_->device.pcie_gbps.value() / 1e3;
  }
  // Over memory, as Memory counts them.
  double moved_bytes() const {
    const auto payload = static_cast<double>(payload_);
    const double copies = s_.host.memory.copy_passes.value();
    const bool receives =
        s_.network.kind == NetworkKind::loopback && s_.network.receiver == ReceiverKind::ktls_rx;
    double bytes = 0;
    for (const Request& request : requests_) {
      const double passes = is_mac(request.algorithm) ? 1 : file_ && !request.driver->has_device ? copies : 2;
      bytes += passes * payload + (receives ? 2 * payload : 0);
    }
    if (!tcp_) return bytes;
    if (mode_ == KtlsMode::userland)
      bytes += copies * (wire_ + (file_ ? payload : 0));
    else if (!file_)
      bytes += copies * payload;
    if (file_) bytes += s_.workload.disk_probability * payload;
    return bytes + (s_.network.kind == NetworkKind::nic ? wire_ : copies * wire_);
  }
  // Bytes that cost as much to gather as the entry that sbready_compress saves of a record.
  double folded_bytes() const {
    const double per_byte = s_.host.tcp.tcp_output_ns_per_byte.value();
    return s_.ktls.sbready_compress && per_byte > 0 ? s_.host.tcp.gather_entry_ns.value() / per_byte : 0;
  }
  // Payload of whole segments, and the headers of each.
  double link_us() const {
    const SegmentSizes sizes = s_.segments();
    const double headers = static_cast<double>(sizes.on_wire(sizes.payload_bytes) - sizes.payload_bytes);
    return (wire_ + per_segment_ * headers) * 8 / s_.network.rate_gbps / 1e3;
  }
  // Of a card that encrypts as it sends; 0: none does.
  double nic_tls_us() const {
    if (mode_ != KtlsMode::ifnet || !s_.driver.traits().encrypts_in_nic) return 0;
    return s_.driver.cost(encryption(s_.tls.cipher)).stream_ns(wire_, s_.ktls.maxlen_bytes) / 1e3;
  }
  // Whether what is sent goes over the link of the only ccr(4).
  bool shares_link() const {
    return tcp_ && s_.network.kind == NetworkKind::nic && s_.ccr_is_nic() && cards_of(DriverKind::ccr) == 1;
  }
  // The link of a ccr(4) of which no request is made; 0: none.
  double idle_ccr_pcie_gbps() const {
    if (device_ != nullptr || !shares_link()) return 0;
    for (const DriverProfile* const driver : s_.drivers())
      if (driver->has_ccr) return driver->device.pcie_gbps.value();
    return 0;
  }
  bool sends_bursts() const { return s_.network.kind == NetworkKind::nic && s_.network.tso; }
  // Of a record, at the least. With LRO one may be all that is outstanding; without, each acknowledges two
  // segments at most, or what reaches the threshold.
  double acknowledgements() const {
    const auto burst = static_cast<double>(sends_bursts() ? s_.network.tso_bytes : s_.segments().payload_bytes);
    if (s_.network.kind == NetworkKind::nic && (s_.network.lro || s_.network.peer_lro))
      return wire_ / static_cast<double>(std::min(s_.largest_send_buffer_bytes(), s_.network.window_bytes));
    if (const std::int64_t threshold = s_.ack_threshold_bytes(); threshold > 0)
      return wire_ / (static_cast<double>(threshold) + burst);
    return per_segment_ / 2;
  }

  // Its engine, which is that of the only ccr(4) where both are one T6, and no link has a limit.
  StationDemand nic_tls(double us) const {
    if (shares_link())
      for (const DriverProfile* const driver : s_.drivers())
        if (driver->has_ccr && driver->device.pcie_gbps.value() == 0)
          return {std::string(name(driver->kind)) + " engines", driver->device.engines.value(), us, 0};
    return {"NIC TLS", 1, us, 0};
  }

  void add_stations(std::vector<StationDemand>& stations) const;
  void add_circulations(std::vector<Circulation>& circulations) const;

  const Scenario& s_;
  KtlsMode mode_;
  bool tcp_;
  bool file_;  // sendfile: destination buffers, pages to unwire
  std::vector<Request> requests_;
  const DriverProfile* device_ = nullptr;  // that encrypts; null: software does
  double device_us_ = 0;
  std::int64_t payload_;
  double wire_;
  double pages_;
  double per_call_, per_batch_, per_segment_, per_burst_, per_ack_;  // of these to one record, at the least
  Steps app_, pool_, worker_, interrupt_, output_, acknowledgement_, receiver_;
};

void Path::add_stations(std::vector<StationDemand>& stations) const {
  const auto add = [&](std::string name, double servers, const Steps& steps) {
    if (steps.count() > 0) stations.push_back({std::move(name), servers, steps.us(), steps.count()});
  };
  const auto sessions = static_cast<double>(s_.workload.sessions);
  if (const double gbytes_per_s = s_.host.memory.bandwidth_gbytes_per_s.value(); gbytes_per_s > 0)
    stations.push_back({"memory", 1, moved_bytes() / gbytes_per_s / 1e3, 0});
  add("application threads", application_threads(), app_);
  add("threads of the TLS pool", static_cast<double>(s_.ktls.userland_threads), pool_);
  add("KTLS workers, CPU time", static_cast<double>(workers_with_sessions(s_)), worker_);
  if (device_ != nullptr) {
    stations.push_back({std::string(name(device_->kind)) + " engines",
                        cards() * device_->device.engines.value(), device_us_, 0});
    add(s_.what_if.poll_threads > 0 ? "completion polling threads" : "completion interrupt threads",
        interrupt_threads(), interrupt_);
    if (device_->device.pcie_gbps.value() > 0)
      stations.push_back({"PCIe links of the cards", cards(), pcie_us(), 0});
  }
  if (const double gbps = idle_ccr_pcie_gbps(); gbps > 0)
    stations.push_back({"PCIe links of the cards", 1, wire_ * 8 / gbps / 1e3, 0});
  if (tcp_) {
    const bool one_flow = s_.flow_ids() == FlowIds::zero;
    const auto queues = static_cast<double>(s_.network.rx_queues == 0 ? s_.cpus() : s_.network.rx_queues);
    const auto netisrs = static_cast<double>(s_.network.netisr_threads);
    if (s_.network.kind == NetworkKind::nic) {
      add("NIC interrupt threads", one_flow ? 1 : std::min(queues, sessions), acknowledgement_);
      if (const double us = nic_tls_us(); us > 0) stations.push_back(nic_tls(us));
      stations.push_back({"link", 1, link_us(), 0});
    } else {
      add("netisr threads", one_flow ? 1 : std::min(netisrs, sessions), acknowledgement_);
      const auto readers = static_cast<double>(s_.network.receiver_threads);
      add("receiver threads", readers == 0 ? sessions : readers, receiver_);
    }
  }
  double all_us = 0;
  int all_steps = 0;
  for (const Steps* const steps : {&app_, &pool_, &worker_, &interrupt_, &output_, &acknowledgement_, &receiver_}) {
    all_us += steps->us();
    all_steps += steps->count();
  }
  if (all_steps > 0) stations.push_back({"CPUs, all CPU time", cpus(), all_us, all_steps});
}

void Path::add_circulations(std::vector<Circulation>& circulations) const {
  double encryption_us = worker_.us();
  for (const Request& request : requests_) {
    if (!request.driver->has_device) continue;
    const DeviceCosts& d = request.driver->device;
    encryption_us += (d.latency_submit_ns.value() + d.latency_complete_ns.value()) / 1e3 + request.service_us;
  }
  if (device_ != nullptr) encryption_us += interrupt_.us();
  const auto sessions = static_cast<double>(s_.workload.sessions);
  const auto records = static_cast<double>(s_.workload.records_in_flight);
  const auto workers = static_cast<double>(workers_with_sessions(s_));
  if (device_ != nullptr && s_.sync_dispatch())
    circulations.push_back({"workers, one record each", workers, encryption_us});
  if (s_.workload.kind == WorkloadKind::closed)
    circulations.push_back({"records in circulation", sessions * records, encryption_us});
  if (!tcp_) return;
  const bool nic = s_.network.kind == NetworkKind::nic;
  const double travel_us = nic ? link_us() + s_.network.rtt_us : 0;
  circulations.push_back({"records in send buffers",
                          sessions * static_cast<double>(s_.largest_send_buffer_bytes()) / wire_,
                          encryption_us + travel_us});
  if (nic)
    circulations.push_back({"records in TCP windows",
                            sessions * static_cast<double>(s_.network.window_bytes) / wire_, travel_us});
}

Demands Path::demands() const {
  Demands demands;
  demands.payload_bytes = payload_;
  add_stations(demands.stations);
  add_circulations(demands.circulations);
  if (s_.workload.kind == WorkloadKind::poisson)
    demands.offered_per_us = s_.workload.records_per_second / 1e6;
  if (tcp_ && s_.workload.rate_gbps > 0)
    demands.offered_per_us = s_.workload.rate_gbps * 1e3 / 8 / static_cast<double>(payload_);
  return demands;
}

}  // namespace

std::int64_t workers_with_sessions(const Scenario& s) {
  return s.flow_ids() == FlowIds::zero ? 1 : std::min(s.workers(), s.workload.sessions);
}

Demands demands_of(const Scenario& scenario) { return Path(scenario).demands(); }

}  // namespace ktlssim
