#include "models/host_profile.hpp"

#include <algorithm>
#include <string_view>

#include "models/readers.hpp"
#include "models/tls.hpp"

namespace ktlssim {

namespace {

void describe(ParameterVisitor& v, SchedulerCosts& c) {
  v.optional_quantity("context_switch_ns", c.context_switch_ns, kStep,
             "cpu_switch and its cache effects, charged to the incoming thread");
  v.optional_quantity("wakeup_ns", c.wakeup_ns, kStep, "wakeup(9) of a sleeping thread, charged to the waker");
  v.quantity("cpu_idle_exit_ns", c.cpu_idle_exit_ns, kStep,
             "from the wakeup of a thread on an idle CPU until that CPU runs it; idle time");
  v.optional_quantity("interrupt_ns", c.interrupt_ns, kStep,
             "interrupt entry, filter and scheduling of the interrupt thread");
  v.optional_quantity("interrupt_exit_ns", c.interrupt_exit_ns, kStep,
             "leaving the interrupt thread's loop and re-arming the queue");
  v.optional_quantity("turnstile_ns", c.turnstile_ns, kStep, "blocking on a contended mutex, charged to the blocker");
  v.optional_quantity("sleep_ns", c.sleep_ns, kStep,
             "what a switch is dearer where the thread goes to sleep, charged to it before: sleepq_wait; absent: context_switch_ns has it");
  v.optional_quantity("ipi_flight_ns", c.ipi_flight_ns, kStep,
             "where another CPU plays the device, as in `twin`: from its ipi_cpu until the thread that has this one stands still; "
             "absent or 0: devices interrupt by themselves");
  v.optional_quantity("ipi_caught_ns", c.ipi_caught_ns, kStep,
             "interrupt_ns of a CPU that turned to the interrupt thread by itself before the flight was over");
  v.read_by(readers::kSentInterrupts);
}

void describe(ParameterVisitor& v, SchedulerOverrides& o) {
  const auto optional = [&v](std::string_view name, Quantity& value, CostRange range) {
    v.optional_quantity(name, value, range, "instead of the kernel profile's value of this name");
  };
  optional("slice_ns", o.slice_ns, CostRange{1e3, 1e9});
  optional("preempt_thresh", o.preempt_thresh, kPriority);
  optional("pri_ithread_net", o.pri_ithread_net, kPriority);
  optional("pri_swi_net", o.pri_swi_net, kPriority);
  v.read_by(readers::kLoopback);
  optional("pri_kthread", o.pri_kthread, kPriority);
  optional("pri_socket_sleep", o.pri_socket_sleep, kPriority);
  v.read_by(readers::kPoll);
  optional("pri_user", o.pri_user, kPriority);
  optional("pri_max_interact", o.pri_max_interact, kPriority);
}

void describe(ParameterVisitor& v, MemoryCosts& c) {
  v.quantity("bandwidth_gbytes_per_s", c.bandwidth_gbytes_per_s, {0, 1e5},
             "what CPUs, cards, NIC and disks move together, at most; 0 = no limit");
  v.quantity("copy_passes", c.copy_passes, {0, 10},
             "over memory for each byte that a CPU copies, or encrypts to another place");
  v.quantity("backlog_ns", c.backlog_ns, kStep,
             "bytes that lag behind by less delay nobody: costs per byte contain such waiting");
}

void describe(ParameterVisitor& v, NumaCosts& c) {
  v.quantity("interconnect_gbytes_per_s", c.interconnect_gbytes_per_s, {0, 1e5},
             "what all domains move from one to another together, at most; 0 = no limit");
  v.quantity("remote_line_ns", c.remote_line_ns, {0, 1e5},
             "what a cache line from another domain takes longer than one of its own");
  v.quantity("connection_lines", c.connection_lines, {0, 1e4},
             "lines of socket, session and TCP state that go to another domain with whoever works on a connection next");
  v.quantity("record_lines", c.record_lines, {0, 1e4}, "lines of a record's mbuf, the same");
  v.quantity("wakeup_lines", c.wakeup_lines, {0, 1e4},
             "lines of a run queue in another domain that a wakeup fetches, charged to the waker");
  v.quantity("remote_ns_per_byte", c.remote_ns_per_byte, kPerByte,
             "what the CPU takes longer to encrypt, for each byte that it reads or writes in another domain");
}

void describe(ParameterVisitor& v, ApplicationCosts& c) {
  v.optional_quantity("application_ns", c.application_ns, kStep, "user code per write or sendfile call");
  v.optional_quantity("handshake_ns", c.handshake_ns, kStep,
                      "a new connection: TCP and TLS handshakes in accept(2) and OpenSSL, KTLS session set up");
  v.read_by(readers::kNewConnections);
  v.optional_quantity("read_ns", c.read_ns, kStep,
                      "read(2) of a resident file per call, apart from its pages and the copy");
  v.read_by(readers::kUserlandFiles);
  v.optional_quantity("syscall_ns", c.syscall_ns, kStep, "entry and exit of one system call");
  v.optional_quantity("kevent_ns", c.kevent_ns, kStep, "kevent(2), apart from its events");
  v.read_by(readers::kKevent);
  v.optional_quantity("kevent_event_ns", c.kevent_event_ns, kStep, "per event returned");
  v.read_by(readers::kKevent);
  v.optional_quantity("sosend_ns", c.sosend_ns, kStep, "sosend_generic per call");
  v.read_by(readers::kWrite);
  v.optional_quantity("copyin_ns_per_byte", c.copyin_ns_per_byte, kPerByte, "m_uiotombuf: copy of user data");
  v.read_by(readers::kWrite);
  v.optional_quantity("anonymous_page_ns", c.anonymous_page_ns, kStep, "m_uiotombuf: allocate and wire one page");
  v.read_by(readers::kSend);
  v.optional_quantity("sendfile_ns", c.sendfile_ns, kStep, "vn_sendfile per call");
  v.read_by(readers::kSendfile);
  v.optional_quantity("sendfile_page_ns", c.sendfile_page_ns, kStep, "grab and wire one resident file page");
  v.read_by(readers::kSendfile);
  v.optional_quantity("sendfile_iodone_ns", c.sendfile_iodone_ns, kStep,
             "sendfile_iodone: the pages of one pass have come from disk");
  v.read_by(readers::kDisk);
  v.optional_quantity("mb_alloc_ext_pgs_ns", c.mb_alloc_ext_pgs_ns, kStep, "one unmapped mbuf");
  v.optional_quantity("sbappend_ns", c.sbappend_ns, kStep, "pr_send of a not-ready chain, per batch");
}

void describe(ParameterVisitor& v, KtlsCosts& c) {
  v.optional_quantity("ktls_frame_ns", c.ktls_frame_ns, kStep, "per record");
  v.optional_quantity("ktls_enqueue_ns", c.ktls_enqueue_ns, kStep, "per batch");
  v.read_by(readers::kSoftwareTls);
  v.optional_quantity("ktls_work_thread_ns", c.ktls_work_thread_ns, kStep, "take one batch from the drained list");
  v.read_by(readers::kSoftwareTls);
  v.optional_quantity("ktls_encrypt_record_ns", c.ktls_encrypt_record_ns, kStep, "shared by both paths, per record");
  v.read_by(readers::kSoftwareTls);
  v.optional_quantity("ktls_buffer_alloc_ns", c.ktls_buffer_alloc_ns, kStep, "a 16 KiB buffer from the UMA cache");
  v.read_by(readers::kBufferCache);
  v.optional_quantity("ktls_alloc_buffer_ns", c.ktls_alloc_buffer_ns, kStep,
             "ktls_alloc_thread: make one contiguous 16 KiB buffer");
  v.read_by(readers::kMoreBuffers);
  v.optional_quantity("contig_scan_ns", c.contig_scan_ns, kStep,
             "ktls_alloc_thread in fragmented memory: one search for 16 KiB that finds none");
  v.read_by(readers::kContigScan);
  v.optional_quantity("contig_reclaim_ns", c.contig_reclaim_ns, kStep,
             "reclaim thread: vm_page_reclaim_contig for one 16 KiB buffer, pages moved");
  v.read_by(readers::kContigReclaim);
  v.optional_quantity("vm_page_alloc_ns", c.vm_page_alloc_ns, kStep,
             "one destination page where the cache is not used");
  v.read_by(readers::kSendfileEncrypted);
  v.optional_quantity("state_alloc_ns", c.state_alloc_ns, kStep, "malloc(9) of the request state, zeroed");
  v.read_by(readers::kStatesMalloc);
  v.optional_quantity("state_free_ns", c.state_free_ns, kStep, "free(9) of the request state");
  v.read_by(readers::kStatesMalloc);
  v.optional_quantity("state_uma_alloc_ns", c.state_uma_alloc_ns, kStep, "what-if: the state from a UMA zone, zeroed");
  v.read_by(readers::kStatesUma);
  v.optional_quantity("state_uma_free_ns", c.state_uma_free_ns, kStep, "what-if: and back to it");
  v.read_by(readers::kStatesUma);
  v.optional_quantity("soref_ns", c.soref_ns, kStep, "take one socket reference");
  v.optional_quantity("sorele_ns", c.sorele_ns, kStep, "drop one socket reference");
  v.optional_quantity("ktls_ocf_encrypt_ns", c.ktls_ocf_encrypt_ns, kStep,
             "ktls_ocf_tls12_aead_encrypt or its TLS 1.3 twin: build one request");
  v.read_by(readers::kSoftwareTls);
  v.optional_quantity("ktls_ocf_callback_ns", c.ktls_ocf_callback_ns, kStep,
             "ktls_ocf_callback_async: lock, set done, unlock; wakeup_ns comes on top");
  v.optional_quantity("ktls_encrypt_cb_ns", c.ktls_encrypt_cb_ns, kStep, "per record, apart from what it calls");
  v.read_by(readers::kAsyncDispatch);
  v.optional_quantity("ktls_finish_nonanon_ns", c.ktls_finish_nonanon_ns, kStep, "swap the pages of one record");
  v.read_by(readers::kSendfileEncrypted);
  v.optional_quantity("page_unwire_ns", c.page_unwire_ns, kStep, "per file page released");
  v.read_by(readers::kSendfile);
  v.optional_quantity("ktls_free_ns", c.ktls_free_ns, kStep, "drop one session reference");
  v.optional_quantity("ktls_check_rx_ns", c.ktls_check_rx_ns, kStep,
             "receive side: queue a socket that holds a record");
  v.read_by(readers::kKtlsReceive);
  v.optional_quantity("ktls_decrypt_ns", c.ktls_decrypt_ns, kStep,
             "receive side: per record, apart from OpenCrypto and the driver");
  v.read_by(readers::kKtlsReceive);
}

void describe(ParameterVisitor& v, OpencryptoCosts& c) {
  v.optional_quantity("crypto_dispatch_ns", c.crypto_dispatch_ns, kStep, "per request, apart from the driver");
  v.optional_quantity("crypto_done_ns", c.crypto_done_ns, kStep, "per request, apart from its callback");
  v.optional_quantity("crypto_ret_ns", c.crypto_ret_ns, kStep,
             "what-ifs: put a request on a return queue or the dispatch queue, or take it off");
  v.read_by(readers::kQueuedRequests);
}

void describe(ParameterVisitor& v, TcpCosts& c) {
  v.optional_quantity("tcp_usr_ready_ns", c.tcp_usr_ready_ns, kStep, "INP_WLOCK and SOCKBUF_LOCK, per call");
  v.optional_quantity("sbready_ns", c.sbready_ns, kStep, "per record made ready");
  v.optional_quantity("tcp_output_ns", c.tcp_output_ns, kStep, "per pass: one a call, and one more for each further burst");
  v.optional_quantity("tcp_output_burst_ns", c.tcp_output_burst_ns, kStep,
             "per segment or TSO burst handed to the interface, the driver's part included");
  v.optional_quantity("tcp_output_ns_per_byte", c.tcp_output_ns_per_byte, kPerByte, "gather list of the bytes sent");
  v.optional_quantity("reclaim_tx_descs_ns", c.reclaim_tx_descs_ns, kStep,
             "free one mbuf of a burst that the NIC has sent: its header's, and one that shares the pages of each record "
             "in it");
  v.read_by(readers::kNic);
  v.optional_quantity("tcp_input_ack_ns", c.tcp_input_ack_ns, kStep,
             "interrupt side of one acknowledgement, the NIC driver's part included");
  v.optional_quantity("sbdrop_record_ns", c.sbdrop_record_ns, kStep, "free one acknowledged record");
  v.optional_quantity("page_free_ns", c.page_free_ns, kStep, "per page of an acknowledged record");
  v.optional_quantity("lro_ack_ns", c.lro_ack_ns, kStep,
             "NIC receive of an acknowledgement that LRO adds to one that it has of the connection");
  v.read_by(readers::kLro);
  v.optional_quantity("sbready_compress_ns", c.sbready_compress_ns, kStep,
             "fold one record's header into the trailer before it");
  v.read_by(readers::kSbreadyCompress);
  v.optional_quantity("gather_entry_ns", c.gather_entry_ns, kStep,
             "one entry of a burst's gather list, which that saves");
  v.optional_quantity("sowwakeup_ns", c.sowwakeup_ns, kStep, "find that a writer may go on; wakeup_ns comes on top");
}

void describe(ParameterVisitor& v, LoopbackCosts& c) {
  v.optional_quantity("mapped_mbuf_ns", c.mapped_mbuf_ns, kStep,
             "mb_unmapped_to_ext: one mbuf of a segment that is rebuilt for an interface without MEXTPG");
  v.read_by(readers::kLoopback);
  v.optional_quantity("netisr_queue_ns", c.netisr_queue_ns, kStep, "queue one packet for the netisr thread");
  v.read_by(readers::kLoopback);
  v.optional_quantity("tcp_input_data_ns", c.tcp_input_data_ns, kStep, "one data segment, in the netisr thread");
  v.read_by(readers::kLoopback);
  v.optional_quantity("soreceive_ns", c.soreceive_ns, kStep, "per call");
  v.read_by(readers::kLoopback);
  v.optional_quantity("copyout_ns_per_byte", c.copyout_ns_per_byte, kPerByte, "copy to the receiving process");
  v.optional_quantity("decrypt_record_ns", c.decrypt_record_ns, kStep,
             "userland decryption, per record apart from its bytes");
  v.read_by(readers::kUserlandReceive);
  v.begin_group("decrypt_ns_per_byte", "userland decryption and authentication, per byte");
  v.read_by(readers::kUserlandReceive);
  for (std::size_t i = 0; i < kAlgorithmCount; ++i) {
    v.quantity(kAlgorithmNames[i], c.decrypt_ns_per_byte[i], kPerByte, "CPU time per byte");
    v.read_by(readers::kAlgorithms[i]);
  }
  v.end_group();
}

void describe(ParameterVisitor& v, UserlandCosts& c) {
  v.optional_quantity("encrypt_record_ns", c.encrypt_record_ns, kStep, "SSL_write: per record apart from its bytes");
  v.read_by(readers::kUserlandTls);
  v.quantity("copy_ns_per_byte", c.copy_ns_per_byte, kPerByte,
             "SSL_write: copy of what is in the cache to the buffer in which it is encrypted");
  v.read_by(readers::kUserlandTls);
  v.optional_quantity("mjumpage_ns", c.mjumpage_ns, kStep, "m_getm2: an mbuf with a cluster of a page, for write(2)");
  v.read_by(readers::kUserlandTls);
  v.optional_quantity("handover_ns", c.handover_ns, kStep,
             "thread pool: hand a record to it, or back; wakeup_ns comes on top");
  v.read_by(readers::kUserlandPool);
  v.optional_quantity("poll_fd_ns", c.poll_fd_ns, kStep, "poll(2), select(2): look at one descriptor");
  v.read_by(readers::kPoll);
  v.begin_group("encrypt_ns_per_byte", "encryption and authentication in user mode, of data in the cache, per byte");
  v.read_by(readers::kUserlandTls);
  for (std::size_t i = 0; i < kAlgorithmCount; ++i) {
    v.quantity(kAlgorithmNames[i], c.encrypt_ns_per_byte[i], kPerByte, "CPU time per byte");
    v.read_by(readers::kAlgorithms[i]);
  }
  v.end_group();
}

void describe(ParameterVisitor& v, PollingCosts& c) {
  v.optional_quantity("look_ns", c.look_ns, kStep, "what-if: look at the next entry of one completion queue");
  v.read_by(readers::kPolling);
}

// Every optional value within a group, by name, is a step's cost or no step at all.
class StepVisitor : public ParameterVisitor {
 public:
  void optional_quantity(std::string_view name, Quantity& field, CostRange range, std::string_view) final {
    const auto step = std::find(kStepNames.begin(), kStepNames.end(), name);
    if (step != kStepNames.end()) visit(static_cast<std::size_t>(step - kStepNames.begin()), field, range);
  }
  void begin_group(std::string_view name, std::string_view) override { group_ = name; }
  bool begin_optional_group(std::string_view, bool&, std::string_view) override { return false; }
  void end_group() override {}
  void integer(std::string_view, std::int64_t&, Range<std::int64_t>, std::string_view) override {}
  void number(std::string_view, double&, Range<double>, std::string_view) override {}
  void flag(std::string_view, bool&, bool, std::string_view) override {}
  void text(std::string_view, std::string&, std::string_view, std::string_view) override {}
  void quantity(std::string_view, Quantity&, CostRange, std::string_view) override {}
  void fact_index(std::string_view, int&, std::shared_ptr<const Provenance>&, std::span<const std::string_view>,
                  std::string_view) override {}
  void choice_index(std::string_view, int&, std::span<const std::string_view>, int, std::string_view) override {}

 protected:
  virtual void visit(std::size_t step, Quantity& cost, CostRange range) = 0;
  const std::string& group() const { return group_; }

 private:
  std::string group_;
};

bool is_stated(const Quantity& cost) { return cost.provenance() && cost.provenance()->confidence != Confidence::composed; }

class Composer final : public StepVisitor {
 public:
  Composer(const HostProfile& profile, double in_memory) : profile_(profile), in_memory_(in_memory) {}

  std::vector<Uncomposed> take_failures() { return std::move(failures_); }

 private:
  void visit(std::size_t step, Quantity& cost, CostRange range) override {
    if (is_stated(cost)) return;
    const std::string pointer = "/" + group() + "/" + std::string(kStepNames[step]);
    if (!profile_.has_core || !profile_.has_steps) {
      failures_.push_back({pointer, std::nullopt});
      return;
    }
    cost = composed(profile_.steps[step], profile_.core, in_memory_, kStepNames[step].ends_with("_ns_per_byte"),
                    static_cast<double>(profile_.page()));
    if (cost.value() > range.max) failures_.push_back({pointer, cost.value()});
  }

  const HostProfile& profile_;
  double in_memory_;
  std::vector<Uncomposed> failures_;
};

class ComposedSteps final : public StepVisitor {
 public:
  const std::array<bool, kStepCount>& all() const { return all_; }

 private:
  void visit(std::size_t step, Quantity& cost, CostRange) override { all_[step] = !is_stated(cost); }

  std::array<bool, kStepCount> all_{};
};

std::array<bool, kStepCount> composed_steps_of(HostProfile profile) {
  ComposedSteps steps;
  describe(steps, profile);
  return steps.all();
}

}  // namespace

void describe(ParameterVisitor& v, HostEconomy& e) {
  v.optional_quantity("price_usd", e.price_usd, CostRange{0, 1e9}, "of the machine without its cards; absent: not known");
  v.read_by(readers::kPriced);
  v.optional_quantity("idle_watts", e.idle_watts, CostRange{0, 1e6},
                      "drawn by the machine without its cards while no CPU is busy; absent: not known");
  v.read_by(readers::kDrawn);
  v.optional_quantity("busy_watts", e.busy_watts, CostRange{0, 1e6},
                      "the same while all CPUs are busy, between which it is linear; absent: not known");
  v.read_by(readers::kDrawn);
}

bool composes(const HostProfile& profile, std::size_t step) { return composed_steps_of(profile)[step]; }

bool composes_any(const HostProfile& profile) {
  const std::array<bool, kStepCount> steps = composed_steps_of(profile);
  return std::ranges::find(steps, true) != steps.end();
}

std::vector<Uncomposed> compose(HostProfile& profile, double in_memory) {
  Composer composer(profile, in_memory);
  describe(composer, profile);
  return composer.take_failures();
}

void describe(ParameterVisitor& v, HostProfile& p) {
  v.text("description", p.description, "", "what machine this is");
  v.quantity("cpus", p.cpus, {1, 1024}, "hardware threads");
  v.quantity("numa_domains", p.numa_domains, {1, 64}, "NUMA domains, each of equally many neighbouring CPUs");
  v.quantity("threads_per_core", p.threads_per_core, {1, 8}, "neighbouring CPUs that share a core");
  v.quantity("cpus_per_llc", p.cpus_per_llc, {0, 1024},
             "neighbouring CPUs that share the last level of cache; 0 = those of a NUMA domain");
  v.quantity("smt_speed", p.smt_speed, {0.1, 1}, "speed of each sibling while both are busy");
  describe(v, p.economy);
  v.optional_quantity("page_bytes", p.page_bytes, {512, 1 << 21}, "PAGE_SIZE; 4096 if left out");
  v.choice("step_law", p.step_law, kServiceLawNames, ServiceLaw::constant,
           "how the time of one step varies around its mean; context switches are constant");
  if (v.begin_optional_group("core", p.has_core, "what instructions, lines and accesses cost, of which steps are made")) {
    v.read_by(readers::kComposing);
    describe(v, p.core);
    v.end_group();
  }
  if (v.begin_optional_group("steps", p.has_steps,
                             "what each step does; those of profiles/steps/freebsd.json where a host with a core "
                             "does not say")) {
    describe(v, p.steps, p.state_bytes);
    v.end_group();
  }
  v.begin_group("memory", "the bandwidth that all bytes share");
  describe(v, p.memory);
  v.end_group();
  if (v.begin_optional_group("numa", p.has_numa, "what crossing NUMA domains costs; absent: nothing")) {
    v.read_by(readers::kDomains);
    describe(v, p.numa);
    v.end_group();
  }
  v.begin_group("scheduler", "what a change of thread costs");
  describe(v, p.scheduler);
  describe(v, p.scheduler_overrides);
  v.end_group();
  v.begin_group("application", "the application's own work and its system calls");
  v.read_by(readers::kApplication);
  describe(v, p.application);
  v.end_group();
  v.begin_group("ktls", "uipc_ktls.c and ktls_ocf.c");
  describe(v, p.ktls);
  v.end_group();
  v.begin_group("opencrypto", "crypto.c");
  v.read_by(readers::kSoftwareTls);
  describe(v, p.opencrypto);
  v.end_group();
  v.begin_group("tcp", "tcp_usrreq.c, tcp_output.c, tcp_input.c, uipc_sockbuf.c");
  v.read_by(readers::kApplication);
  describe(v, p.tcp);
  v.end_group();
  v.begin_group("loopback", "if_loop, netisr and the receiving process");
  v.read_by(readers::kCopyout);
  describe(v, p.loopback);
  v.end_group();
  v.begin_group("userland", "TLS in user mode, and poll(2)");
  describe(v, p.userland);
  v.end_group();
  v.begin_group("polling", "what-if: completions found by looking");
  describe(v, p.polling);
  v.end_group();
}

}  // namespace ktlssim
