// The steps that CPU time is accounted to, by the kernel's names.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ktlssim {

enum class Function : std::uint8_t {
  cpu_switch,
  intr_event_handle,
  mtx_spin,
  turnstile_wait,
  wakeup,
  application,
  syscall,
  kevent,
  sosend_generic,
  copyin,
  m_uiotombuf,
  vn_sendfile,
  sendfile_iodone,
  mb_alloc_ext_pgs,
  pr_send,
  ktls_frame,
  ktls_enqueue,
  ktls_work_thread,
  ktls_encrypt_record,
  ktls_buffer_alloc,
  vm_page_alloc,
  malloc,
  free,
  soref,
  sorele,
  ktls_ocf_encrypt,
  ktls_ocf_callback,
  crypto_dispatch,
  crypto_process,
  crypto_done,
  crypto_ret_proc,
  crypto_proc,
  encryption,
  driver_ring,
  driver_response,
  ktls_encrypt_cb,
  ktls_finish_nonanon,
  page_unwire,
  ktls_free,
  tcp_usr_ready,
  sbready,
  tcp_output,
  tcp_input,
  sbdrop,
  page_free,
  sowwakeup,
  netisr,
  soreceive,
  copyout,
  decryption,
  count
};

inline constexpr std::size_t kFunctionCount = static_cast<std::size_t>(Function::count);

inline constexpr std::array<std::string_view, kFunctionCount> kFunctionNames{"cpu_switch",
                                                                             "intr_event_handle",
                                                                             "mtx_spin",
                                                                             "turnstile_wait",
                                                                             "wakeup",
                                                                             "application",
                                                                             "syscall",
                                                                             "kevent",
                                                                             "sosend_generic",
                                                                             "copyin",
                                                                             "m_uiotombuf",
                                                                             "vn_sendfile",
                                                                             "sendfile_iodone",
                                                                             "mb_alloc_ext_pgs",
                                                                             "pr_send",
                                                                             "ktls_frame",
                                                                             "ktls_enqueue",
                                                                             "ktls_work_thread",
                                                                             "ktls_encrypt_record",
                                                                             "ktls_buffer_alloc",
                                                                             "vm_page_alloc",
                                                                             "malloc",
                                                                             "free",
                                                                             "soref",
                                                                             "sorele",
                                                                             "ktls_ocf_encrypt",
                                                                             "ktls_ocf_callback",
                                                                             "crypto_dispatch",
                                                                             "crypto_process",
                                                                             "crypto_done",
                                                                             "crypto_ret_proc",
                                                                             "crypto_proc",
                                                                             "encryption",
                                                                             "driver_ring",
                                                                             "driver_response",
                                                                             "ktls_encrypt_cb",
                                                                             "ktls_finish_nonanon",
                                                                             "page_unwire",
                                                                             "ktls_free",
                                                                             "tcp_usr_ready",
                                                                             "sbready",
                                                                             "tcp_output",
                                                                             "tcp_input",
                                                                             "sbdrop",
                                                                             "page_free",
                                                                             "sowwakeup",
                                                                             "netisr",
                                                                             "soreceive",
                                                                             "copyout",
                                                                             "decryption"};

static_assert(!kFunctionNames.back().empty(), "every function has a name");

constexpr std::string_view name(Function function) {
  return kFunctionNames[static_cast<std::size_t>(function)];
}

}  // namespace ktlssim
