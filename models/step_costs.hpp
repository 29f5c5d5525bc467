// What a step of the kernel is made of, and what each part costs on a machine. A host that states no cost of a
// step composes it of both, see compose() in host_profile.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "models/parameter_visitor.hpp"

namespace ktlssim {

// What one execution does. Parts that a step does not have were left out.
struct StepMix {
  std::string expected;  // "LOW to HIGH: why": what the whole should cost on a server, in the step's own unit
  Quantity instructions;
  Quantity cold_lines;
  Quantity device_accesses;
  Quantity atomics;
  Quantity copied_bytes;
};

// What the parts cost: CPU time of one hardware thread whose sibling is idle.
struct CoreRates {
  Quantity clock_ghz;
  Quantity ipc;
  Quantity llc_ns;
  Quantity memory_ns;
  Quantity miss_share;
  Quantity llc_bytes;
  Quantity device_access_ns;
  Quantity atomic_ns;
  Quantity copy_gbytes_per_s;

  double instruction_ns() const { return 1 / (clock_ghz.value() * ipc.value()); }
  // Of a cold line, of which `in_memory` lie in memory.
  double line_ns(double in_memory) const {
    return in_memory * memory_ns.value() + (1 - in_memory) * llc_ns.value();
  }
};

// Steps of a host's profile that may be composed: the names of their costs.
inline constexpr std::array kStepNames = std::to_array<std::string_view>({
    "context_switch_ns",    "wakeup_ns",           "interrupt_ns",           "interrupt_exit_ns",
    "turnstile_ns",         "application_ns",      "handshake_ns",        "read_ns",                "syscall_ns",             "kevent_ns",
    "kevent_event_ns",      "sosend_ns",           "copyin_ns_per_byte",     "anonymous_page_ns",
    "sendfile_ns",          "sendfile_page_ns",    "sendfile_iodone_ns",     "mb_alloc_ext_pgs_ns",
    "sbappend_ns",          "ktls_frame_ns",       "ktls_enqueue_ns",        "ktls_work_thread_ns",
    "ktls_encrypt_record_ns", "ktls_buffer_alloc_ns", "contig_scan_ns",      "contig_reclaim_ns",
    "ktls_alloc_buffer_ns", "vm_page_alloc_ns",    "state_alloc_ns",         "state_free_ns",
    "state_uma_alloc_ns",   "state_uma_free_ns",   "soref_ns",               "sorele_ns",
    "ktls_ocf_encrypt_ns",  "ktls_ocf_callback_ns", "ktls_encrypt_cb_ns",    "ktls_finish_nonanon_ns",
    "page_unwire_ns",       "ktls_free_ns",        "ktls_check_rx_ns",       "ktls_decrypt_ns",
    "crypto_dispatch_ns",   "crypto_done_ns",      "crypto_ret_ns",          "tcp_usr_ready_ns",
    "sbready_ns",           "tcp_output_ns",       "tcp_output_burst_ns",    "tcp_output_ns_per_byte",
    "reclaim_tx_descs_ns",
    "tcp_input_ack_ns",     "sbdrop_record_ns",    "page_free_ns",           "lro_ack_ns",
    "sbready_compress_ns",  "gather_entry_ns",     "sowwakeup_ns",           "mapped_mbuf_ns",
    "netisr_queue_ns",      "tcp_input_data_ns",   "soreceive_ns",           "copyout_ns_per_byte",
    "decrypt_record_ns",   "encrypt_record_ns",   "mjumpage_ns",            "handover_ns",
    "poll_fd_ns",          "look_ns",
});
inline constexpr std::size_t kStepCount = kStepNames.size();
using StepMixes = std::array<StepMix, kStepCount>;

// What models/profiles/steps/*.json holds.
struct StepsFile {
  std::string description;
  StepMixes steps;
  Quantity state_bytes;
};

void describe(ParameterVisitor& visitor, CoreRates& core);
void describe(ParameterVisitor& visitor, StepMixes& steps, Quantity& state_bytes);
void describe(ParameterVisitor& visitor, StepsFile& file);

// What a step of this mix costs, with its parts as the source. Of a step per byte a page's worth is stated, where it
// copies nothing: `page_bytes` spread it over its bytes.
Quantity composed(const StepMix& mix, const CoreRates& core, double in_memory, bool per_byte, double page_bytes);

}  // namespace ktlssim
