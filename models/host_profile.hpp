// What a machine is and what each step of its kernel costs: CPU time of one execution on one hardware thread,
// hot enough to be the mean of a loaded server. Values live in models/profiles/hosts/*.json.
#pragma once

#include <array>
#include <string>

#include "models/parameter_visitor.hpp"
#include "models/service_law.hpp"
#include "models/tls.hpp"

namespace ktlssim {

// What a change of thread costs. Who runs where is the kernel's (kernel_profile.hpp).
struct SchedulerCosts {
  Quantity context_switch_ns;  // cpu_switch and its cache effects, charged to the incoming thread
  Quantity wakeup_ns;          // wakeup(9) of a sleeping thread, charged to the waker
  Quantity cpu_idle_exit_ns;   // from the wakeup of a thread on an idle CPU until that CPU runs it; idle time
  Quantity interrupt_ns;       // interrupt entry, filter and scheduling of the interrupt thread
  Quantity interrupt_exit_ns;  // leaving the interrupt thread's loop and re-arming the queue
  Quantity turnstile_ns;       // blocking on a contended mutex, charged to the blocker
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
  Quantity bandwidth_gbytes_per_s;  // that a loaded server reaches; 0: no limit
  Quantity copy_passes;  // over memory for each byte that a CPU copies, or encrypts to another place
  Quantity backlog_ns;   // bytes that lag by less delay nobody
};

// The application's own work and its system calls.
struct ApplicationCosts {
  Quantity application_ns;      // user code per write or sendfile call
  Quantity syscall_ns;          // entry and exit of one system call
  Quantity kevent_ns;           // kevent(2), apart from its events
  Quantity kevent_event_ns;     // per event returned
  Quantity sosend_ns;           // sosend_generic per call
  Quantity copyin_ns_per_byte;  // m_uiotombuf: copy of user data
  Quantity anonymous_page_ns;   // m_uiotombuf: allocate and wire one page
  Quantity sendfile_ns;         // vn_sendfile per call
  Quantity sendfile_page_ns;    // grab and wire one resident file page
  Quantity sendfile_iodone_ns;
  Quantity mb_alloc_ext_pgs_ns;  // one unmapped mbuf
  Quantity sbappend_ns;          // pr_send of a not-ready chain, per batch
};

// uipc_ktls.c and ktls_ocf.c.
struct KtlsCosts {
  Quantity ktls_frame_ns;           // per record
  Quantity ktls_enqueue_ns;         // per batch
  Quantity ktls_work_thread_ns;     // take one batch from the drained list
  Quantity ktls_encrypt_record_ns;  // shared by both paths, per record
  Quantity ktls_buffer_alloc_ns;
  Quantity contig_scan_ns;
  Quantity contig_reclaim_ns;
  Quantity ktls_alloc_buffer_ns;  // a 16 KiB buffer from the UMA cache
  Quantity vm_page_alloc_ns;      // one destination page where the cache is not used
  Quantity state_alloc_ns;        // malloc(9) of the request state, zeroed
  Quantity state_free_ns;
  Quantity state_uma_alloc_ns;
  Quantity state_uma_free_ns;
  Quantity soref_ns;
  Quantity sorele_ns;
  Quantity ktls_ocf_encrypt_ns;     // ktls_ocf_tls12_aead_encrypt or its TLS 1.3 twin: build one request
  Quantity ktls_ocf_callback_ns;    // ktls_ocf_callback_async: lock, set done, unlock; wakeup_ns comes on top
  Quantity ktls_encrypt_cb_ns;      // per record, apart from what it calls
  Quantity ktls_finish_nonanon_ns;  // swap the pages of one record
  Quantity page_unwire_ns;          // per file page released
  Quantity ktls_free_ns;
  Quantity ktls_check_rx_ns;
  Quantity ktls_decrypt_ns;  // drop one session reference
};

// crypto.c.
struct OpencryptoCosts {
  Quantity crypto_dispatch_ns;
  Quantity crypto_done_ns;
  Quantity crypto_ret_ns;
};

// tcp_usrreq.c, tcp_output.c, tcp_input.c, uipc_sockbuf.c.
struct TcpCosts {
  Quantity tcp_usr_ready_ns;  // INP_WLOCK and SOCKBUF_LOCK, per call
  Quantity sbready_ns;        // per record made ready
  Quantity tcp_output_ns;     // per call
  Quantity
      tcp_output_burst_ns;  // per segment or TSO burst handed to the interface, the driver's part included
  Quantity tcp_output_ns_per_byte;
  Quantity tcp_input_ack_ns;  // interrupt side of one acknowledgement, the NIC driver's part included
  Quantity sbdrop_record_ns;  // free one acknowledged record
  Quantity page_free_ns;      // per page of it
  Quantity lro_ack_ns;
  Quantity sbready_compress_ns;
  Quantity gather_entry_ns;
  Quantity sowwakeup_ns;      // find that a writer may go on; wakeup_ns comes on top
};

// Loopback: if_loop, netisr and the receiving process on the same host.
struct LoopbackCosts {
  Quantity mapped_mbuf_ns;
  Quantity netisr_queue_ns;    // queue one packet for the netisr thread
  Quantity tcp_input_data_ns;  // one data segment, in the netisr thread
  Quantity soreceive_ns;       // per call
  Quantity copyout_ns_per_byte;
  Quantity decrypt_record_ns;                                 // userland decryption: per record ...
  std::array<Quantity, kAlgorithmCount> decrypt_ns_per_byte;  // ... and per byte
};

struct HostProfile {
  std::string name;
  std::string description;
  Quantity cpus;              // hardware threads
  Quantity numa_domains;      // neighbouring CPUs each
  Quantity threads_per_core;  // siblings are neighbours: CPUs 0 and 1 share a core where this is 2
  Quantity cpus_per_llc;      // neighbouring CPUs that share the last level of cache; 0 = a NUMA domain
  Quantity smt_speed;         // speed of each sibling while both are busy; 1 = no slow-down
  ServiceLaw step_law = ServiceLaw::constant;  // of every step below
  MemoryCosts memory;
  SchedulerCosts scheduler;
  SchedulerOverrides scheduler_overrides;
  ApplicationCosts application;
  KtlsCosts ktls;
  OpencryptoCosts opencrypto;
  TcpCosts tcp;
  LoopbackCosts loopback;
};

void describe(ParameterVisitor& visitor, HostProfile& profile);

}  // namespace ktlssim
