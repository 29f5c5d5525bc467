#include "sim/workload/userland_tls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/kernel/kern_event.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/sys_generic.hpp"

namespace ktlssim {

namespace {

const UserlandCosts& costs(const Kernel& k) { return k.scenario.host.userland; }

}  // namespace

UserlandTls::UserlandTls(Kernel& kernel)
    : kernel_(kernel), pooled_(kernel.scenario.ktls.userland_threads > 0) {
  for (std::int64_t i = 0; i < kernel.scenario.ktls.userland_threads; ++i)
    idle_.push_back(&kernel.sched.create(fmt::format("tls pool {}", i), ThreadClass::application, -1,
                                         [this] { pool_thread(*kernel_.sched.curthread()); }, "pool"));
}

UserlandTls::Connection& UserlandTls::connection(const Socket& so) {
  const auto i = static_cast<std::size_t>(so.index);
  if (i >= connections_.size()) connections_.resize(i + 1);
  return connections_[i];
}

bool UserlandTls::in_pool(const Socket& so) const {
  const auto i = static_cast<std::size_t>(so.index);
  return i < connections_.size() && connections_[i].in_pool;
}

SendResult UserlandTls::write(Socket& so, std::int64_t bytes, bool nonblocking) {
  Connection& c = connection(so);
  SendResult result;
  c.in_pool = false;  // the event of hand_back() has brought it here
  while (result.sent_bytes < bytes && !so.dropped) {
    if (c.sealed == nullptr) {
      const std::int64_t record = std::min(bytes - result.sent_bytes, kernel_.scenario.ktls.maxlen_bytes);
      if (pooled_) {
        hand_over(so, record);
        break;
      }
      seal(so, record);
    }
    const std::int64_t payload = c.sealed->payload_bytes;
    kernel_.spend(Function::syscall, kernel_.scenario.host.application.syscall_ns.ns());
    const bool written = sosend_sealed(kernel_, so, *c.sealed, nonblocking);
    kernel_.sched.userret();
    if (!written) break;
    c.sealed = nullptr;
    result.sent_bytes += payload;
  }
  result.error = so.dropped;
  return result;
}

// What the caches hold moves nothing through memory.
void UserlandTls::seal(Socket& so, std::int64_t bytes) {
  if (kernel_.scenario.workload.kind == WorkloadKind::sendfile) {
    sys_read(kernel_, bytes, so.file_offset);
    so.file_offset += bytes;
    kernel_.sched.userret();
  }
  kernel_.settle();
  Mbuf& m = kernel_.mbufs.get();
  m.so = &so;
  m.payload_bytes = static_cast<std::int32_t>(bytes);
  m.wire_bytes = static_cast<std::int32_t>(so.tls.framing.wire_bytes(bytes));
  m.stays.session = so.index;
  m.stays.number = ++so.tls.next_seqno;
  kernel_.recorder.enqueued(m.stays, kernel_.now());
  kernel_.recorder.stations.leave(m.stays, Place::work_queue, kernel_.now());
  kernel_.spend(Function::user_copy, costs(kernel_).copy_ns_per_byte.times(bytes));
  const auto& per_byte = costs(kernel_).encrypt_ns_per_byte;
  const Cipher cipher = so.tls.cipher;
  Time cost = costs(kernel_).encrypt_record_ns.ns() +
              per_byte[static_cast<std::size_t>(encryption(cipher))].times(bytes);
  if (!is_aead(cipher)) cost += per_byte[static_cast<std::size_t>(mac(cipher))].times(bytes);
  kernel_.charge(Function::encryption, cost);
  connection(so).sealed = &m;
}

void UserlandTls::hand_over(Socket& so, std::int64_t bytes) {
  kernel_.charge(Function::pool_handover, costs(kernel_).handover_ns.ns());
  Connection& c = connection(so);
  c.in_pool = true;
  c.wanted_bytes = bytes;
  jobs_.push_back(&so);
  if (idle_.empty()) return;
  Thread* const thread = idle_.back();
  idle_.pop_back();
  kernel_.wakeup(thread, "pool");
}

// By an event of its own, EVFILT_USER.
void UserlandTls::hand_back(Socket& so) {
  kernel_.spend(Function::syscall, kernel_.scenario.host.application.syscall_ns.ns());
  kernel_.charge(Function::pool_handover, costs(kernel_).handover_ns.ns());
  knote_enqueue(kernel_, so);
  kernel_.sched.userret();
}

void UserlandTls::pool_thread(Thread& self) {
  for (;;) {
    kernel_.settle();  // another may take the job meanwhile
    while (jobs_.empty()) {
      idle_.push_back(&self);
      kernel_.sched.sleep("pool");
      kernel_.settle();
    }
    Socket& so = *jobs_.front();
    jobs_.pop_front();
    seal(so, connection(so).wanted_bytes);
    hand_back(so);
  }
}

}  // namespace ktlssim
