// The steps that CPU time is accounted to, by the kernel's names.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ktlssim {

// The one list of them; a preprocessor list makes both the enumerators and their names.
#define KTLSSIM_FUNCTIONS(X) \
  X(cpu_switch) X(intr_event_handle) X(mtx_spin) X(turnstile_wait) X(wakeup) X(application) X(syscall) \
  X(kevent) X(sosend_generic) X(copyin) X(m_uiotombuf) X(handshake) X(vn_read) X(vn_sendfile) X(sendfile_iodone) \
  X(mb_alloc_ext_pgs) X(pr_send) X(ktls_frame) X(ktls_enqueue) X(ktls_work_thread) X(ktls_encrypt_record) \
  X(ktls_buffer_alloc) X(ktls_alloc_thread) X(vm_page_alloc) X(malloc) X(free) X(soref) X(sorele) \
  X(ktls_ocf_encrypt) X(ktls_ocf_callback) X(crypto_dispatch) X(crypto_process) X(crypto_done) \
  X(crypto_ret_proc) X(crypto_proc) X(encryption) X(driver_ring) X(driver_response) X(ktls_encrypt_cb) \
  X(ktls_finish_nonanon) X(page_unwire) X(ktls_free) X(ktls_check_rx) X(ktls_decrypt) X(tcp_usr_ready) \
  X(sbready) X(tcp_output) X(reclaim_tx_descs) X(tcp_input) X(sbdrop) X(page_free) X(sowwakeup) X(netisr) X(mb_unmapped_to_ext) X(soreceive) \
  X(copyout) X(decryption) X(memory_stall) X(user_copy) X(m_getm2) X(pool_handover) X(pollscan) \
  X(poll_completions) X(remote_lines) X(sleepq_wait)

enum class Function : std::uint8_t {
#define KTLSSIM_ENUMERATOR(name) name,
  KTLSSIM_FUNCTIONS(KTLSSIM_ENUMERATOR)
#undef KTLSSIM_ENUMERATOR
  count
};

inline constexpr std::size_t kFunctionCount = static_cast<std::size_t>(Function::count);

inline constexpr std::array<std::string_view, kFunctionCount> kFunctionNames{
#define KTLSSIM_NAME(name) #name,
    KTLSSIM_FUNCTIONS(KTLSSIM_NAME)
#undef KTLSSIM_NAME
};

constexpr std::string_view name(Function function) {
  return kFunctionNames[static_cast<std::size_t>(function)];
}

}  // namespace ktlssim
