// What a machine is and what each step of its kernel costs: CPU time of one execution on one hardware thread,
// hot enough to be the mean of a loaded server. Values live in models/profiles/hosts/*.json, what steps are made of
// in models/profiles/steps/*.json; describe() says what each means.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "models/parameter_visitor.hpp"
#include "models/service_law.hpp"
#include "models/step_costs.hpp"
#include "models/tls.hpp"

namespace ktlssim {

// What a change of thread costs. Who runs where is the kernel's (kernel_profile.hpp).
struct SchedulerCosts {
  Quantity context_switch_ns;
  Quantity wakeup_ns;
  Quantity cpu_idle_exit_ns;
  Quantity interrupt_ns;
  Quantity interrupt_exit_ns;
  Quantity turnstile_ns;
  Quantity sleep_ns;
  Quantity ipi_flight_ns;
  Quantity ipi_caught_ns;
};

// What a host's profile may say of its kernel's scheduler, over what the kernel's profile says.
struct SchedulerOverrides {
  Quantity slice_ns;
  Quantity preempt_thresh;
  Quantity pri_ithread_net;
  Quantity pri_swi_net;
  Quantity pri_kthread;
  Quantity pri_socket_sleep;
  Quantity pri_user;
  Quantity pri_max_interact;
};

// What all bytes that move share.
struct MemoryCosts {
  Quantity bandwidth_gbytes_per_s;
  Quantity copy_passes;
  Quantity backlog_ns;
};

// What lies in another NUMA domain costs more by so much. Without it all memory is alike.
struct NumaCosts {
  Quantity interconnect_gbytes_per_s;
  Quantity remote_line_ns;
  Quantity connection_lines;
  Quantity record_lines;
  Quantity wakeup_lines;
  Quantity remote_ns_per_byte;
};

// The application's own work and its system calls.
struct ApplicationCosts {
  Quantity application_ns;
  Quantity handshake_ns;
  Quantity read_ns;
  Quantity syscall_ns;
  Quantity kevent_ns;
  Quantity kevent_event_ns;
  Quantity sosend_ns;
  Quantity copyin_ns_per_byte;
  Quantity anonymous_page_ns;
  Quantity sendfile_ns;
  Quantity sendfile_page_ns;
  Quantity sendfile_iodone_ns;
  Quantity mb_alloc_ext_pgs_ns;
  Quantity sbappend_ns;
};

// uipc_ktls.c and ktls_ocf.c.
struct KtlsCosts {
  Quantity ktls_frame_ns;
  Quantity ktls_enqueue_ns;
  Quantity ktls_work_thread_ns;
  Quantity ktls_encrypt_record_ns;
  Quantity ktls_buffer_alloc_ns;
  Quantity contig_scan_ns;
  Quantity contig_reclaim_ns;
  Quantity ktls_alloc_buffer_ns;
  Quantity vm_page_alloc_ns;
  Quantity state_alloc_ns;
  Quantity state_free_ns;
  Quantity state_uma_alloc_ns;
  Quantity state_uma_free_ns;
  Quantity soref_ns;
  Quantity sorele_ns;
  Quantity ktls_ocf_encrypt_ns;
  Quantity ktls_ocf_callback_ns;
  Quantity ktls_encrypt_cb_ns;
  Quantity ktls_finish_nonanon_ns;
  Quantity page_unwire_ns;
  Quantity ktls_free_ns;
  Quantity ktls_check_rx_ns;
  Quantity ktls_decrypt_ns;
};

// crypto.c.
struct OpencryptoCosts {
  Quantity crypto_dispatch_ns;
  Quantity crypto_done_ns;
  Quantity crypto_ret_ns;
};

// tcp_usrreq.c, tcp_output.c, tcp_input.c, uipc_sockbuf.c.
struct TcpCosts {
  Quantity tcp_usr_ready_ns;
  Quantity sbready_ns;
  Quantity tcp_output_ns;
  Quantity tcp_output_burst_ns;
  Quantity tcp_output_ns_per_byte;
  Quantity reclaim_tx_descs_ns;
  Quantity tcp_input_ack_ns;
  Quantity sbdrop_record_ns;
  Quantity page_free_ns;
  Quantity lro_ack_ns;
  Quantity sbready_compress_ns;
  Quantity gather_entry_ns;
  Quantity sowwakeup_ns;
};

// Loopback: if_loop, netisr and the receiving process on the same host.
struct LoopbackCosts {
  Quantity mapped_mbuf_ns;
  Quantity netisr_queue_ns;
  Quantity tcp_input_data_ns;
  Quantity soreceive_ns;
  Quantity copyout_ns_per_byte;
  Quantity decrypt_record_ns;
  std::array<Quantity, kAlgorithmCount> decrypt_ns_per_byte;
};

// TLS in user mode, and poll(2).
struct UserlandCosts {
  Quantity encrypt_record_ns;
  Quantity copy_ns_per_byte;
  Quantity mjumpage_ns;
  Quantity handover_ns;
  Quantity poll_fd_ns;
  std::array<Quantity, kAlgorithmCount> encrypt_ns_per_byte;
};

// What-if: completions found by looking.
struct PollingCosts {
  Quantity look_ns;
};

// What it costs to have and to run the machine; what is not known has no provenance, and what needs it no value.
struct HostEconomy {
  Quantity price_usd;
  Quantity idle_watts;
  Quantity busy_watts;
};

struct HostProfile {
  std::string name;
  std::string description;
  Quantity cpus;
  Quantity numa_domains;
  Quantity threads_per_core;
  Quantity cpus_per_llc;
  Quantity smt_speed;
  HostEconomy economy;
  Quantity page_bytes;
  ServiceLaw step_law = ServiceLaw::constant;
  bool has_core = false;
  CoreRates core;
  bool has_steps = false;
  StepMixes steps;
  Quantity state_bytes;  // of steps
  MemoryCosts memory;
  bool has_numa = false;
  NumaCosts numa;
  SchedulerCosts scheduler;
  SchedulerOverrides scheduler_overrides;
  ApplicationCosts application;
  KtlsCosts ktls;
  OpencryptoCosts opencrypto;
  TcpCosts tcp;
  LoopbackCosts loopback;
  UserlandCosts userland;
  PollingCosts polling;

  // Whether lines that do not fit the last level of cache are told from those that do.
  bool knows_llc() const { return has_core && core.llc_bytes.provenance() != nullptr; }
  // Whether it matters in which domain something lies.
  bool domains_differ() const { return has_numa && numa_domains.count() > 1; }
  std::int64_t page() const { return page_bytes.provenance() ? page_bytes.count() : kPageBytes; }
};

void describe(ParameterVisitor& visitor, HostProfile& profile);

// A step that has no cost.
struct Uncomposed {
  std::string pointer;
  std::optional<double> too_much;  // what was composed, beyond what a cost may be; nothing: neither cost nor mix
};

// Gives each step that states no cost of its own the one that its mix has on this core, where `in_memory` of cold lines
// lie in memory. Returns those of which that fails. What an earlier call composed is composed anew.
std::vector<Uncomposed> compose(HostProfile& profile, double in_memory);

// Whether the cost of a step, numbered as in kStepNames, was left out by the profile: what it is made of is read. Of any.
bool composes(const HostProfile& profile, std::size_t step);
bool composes_any(const HostProfile& profile);

}  // namespace ktlssim
