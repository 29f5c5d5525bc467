#include "sim/network/loopback.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/kernel/kernel.hpp"
#include "sim/kernel/tcp.hpp"

namespace ktlssim {

Loopback::Loopback(Kernel& kernel) : kernel_(kernel) {
  for (int i = 0; i < kernel.scenario.network.netisr_threads; ++i) {
    Netisr& netisr = netisrs_.emplace_back();
    netisr.thread = &kernel.sched.create(fmt::format("netisr {}", i), ThreadClass::netisr, -1,
                                         [this, &netisr] { swi_net(netisr); });
  }
  const std::int64_t wanted = kernel.scenario.network.receiver_threads;
  for (int i = 0; i < (wanted == 0 ? kernel.scenario.workload.sessions : wanted); ++i) {
    ReceiverThread& reader = readers_.emplace_back();
    reader.thread = &kernel.sched.create(
        fmt::format("receiver {}", i), ThreadClass::receiver, -1,
        [this, &reader] { receiver_thread(reader); }, "sbwait");
  }
}

void Loopback::attach(Socket& so) {
  Receiver& receiver = receivers_.emplace_back();
  receiver.so = &so;
  receiver.reader = &readers_[receivers_.size() % readers_.size()];
  receiver.advertised = kernel_.scenario.network.receive_buffer_bytes;
  so.snd_wnd_edge = receiver.advertised;
  if (kernel_.scenario.network.receiver == ReceiverKind::userland) return;
  receiver.rx.reader = this;
  ktls_enable_rx(kernel_, receiver.rx, so);
}

std::int64_t Loopback::unread_bytes() const {
  std::int64_t bytes = 0;
  for (const Receiver& receiver : receivers_) bytes += receiver.received - receiver.read;
  return bytes;
}

void Loopback::if_output(Socket& so, std::int64_t bytes) {
  netisr_queue({&receivers_[static_cast<std::size_t>(so.index)], bytes, 0, 0});
}

Loopback::Netisr& Loopback::netisr_of(const Receiver& receiver) {
  return netisrs_[receiver.so->flowid % netisrs_.size()];
}

void Loopback::netisr_queue(const Packet& packet) {
  kernel_.charge(Function::netisr, kernel_.scenario.host.loopback.netisr_queue_ns.ns());
  Netisr& netisr = netisr_of(*packet.receiver);
  netisr.queue.push_back(packet);
  if (!netisr.running) kernel_.wakeup(netisr.thread, "-");
}

void Loopback::swi_net(Netisr& netisr) {
  for (;;) {
    netisr.running = true;
    while (!netisr.queue.empty()) {
      const Packet packet = netisr.queue.front();
      netisr.queue.pop_front();
      if (packet.data_bytes > 0)
        tcp_input_data(*packet.receiver, packet.data_bytes);
      else
        tcp_input_ack(kernel_, *packet.receiver->so, packet.ack, packet.wnd_edge);
    }
    netisr.running = false;
    kernel_.sched.sleep("-");
  }
}

void Loopback::tcp_input_data(Receiver& receiver, std::int64_t bytes) {
  kernel_.mtx_lock(receiver.inp_lock, kernel_.locks.receiver_inpcb);
  kernel_.charge(Function::tcp_input, kernel_.scenario.host.loopback.tcp_input_data_ns.ns());
  receiver.received += bytes;
  const bool ktls_rx = receiver.rx.so != nullptr;
  const bool wake = !ktls_rx && make_readable(receiver, bytes);
  if (ktls_rx) {
    receiver.rx.encrypted_bytes += bytes;
    ktls_check_rx(kernel_, receiver.rx);
  }
  const std::int64_t unacknowledged = receiver.received - receiver.acked;
  if (unacknowledged >= kernel_.scenario.network.ack_bytes) {
    kernel_.charge(Function::tcp_output, kernel_.scenario.host.tcp.tcp_output_ns.ns());
    netisr_queue(acknowledgement(receiver));
  } else if (unacknowledged == bytes) {
    const Time date = kernel_.now() + from_us(kernel_.scenario.network.delayed_ack_us);
    if (receiver.delayed_ack.reset(date)) start_timer(receiver, date);
  }
  kernel_.mtx_unlock(receiver.inp_lock);
  if (wake) kernel_.wakeup(receiver.reader->thread, "sbwait");
}

bool Loopback::make_readable(Receiver& receiver, std::int64_t bytes) {
  receiver.plain += bytes;
  if (std::exchange(receiver.readable, true)) return false;
  receiver.reader->ready.push_back(&receiver);
  return true;
}

void Loopback::decrypted(KtlsRx& rx, std::int64_t wire_bytes) {
  Receiver& receiver = receivers_[static_cast<std::size_t>(rx.so->index)];
  if (make_readable(receiver, wire_bytes)) kernel_.wakeup(receiver.reader->thread, "sbwait");
}

// The callout's acknowledgement goes straight to the netisr thread.
void Loopback::delayed_ack(std::uint64_t session) {
  Receiver& receiver = receivers_[session];
  const Time date = receiver.delayed_ack.fire(kernel_.now());
  if (date > kernel_.now() && date != kNever) start_timer(receiver, date);
  if (date != kernel_.now()) return;
  Netisr& netisr = netisr_of(receiver);
  netisr.queue.push_back(acknowledgement(receiver));
  if (!netisr.running && netisr.thread->wchan == "-") kernel_.sched.make_runnable(*netisr.thread);
}

void Loopback::start_timer(const Receiver& receiver, Time date) {
  kernel_.calendar().call_at<&Loopback::delayed_ack>(date, Rank::hardware, this,
                                                     static_cast<std::uint64_t>(receiver.so->index));
}

Loopback::Packet Loopback::acknowledgement(Receiver& receiver) {
  receiver.delayed_ack.stop();
  receiver.acked = receiver.received;
  receiver.advertised = receiver.read + kernel_.scenario.network.receive_buffer_bytes;
  return {&receiver, 0, receiver.acked, receiver.advertised};
}

void Loopback::receiver_thread(ReceiverThread& self) {
  Scheduler& sched = kernel_.sched;
  for (;;) {
    while (self.ready.empty()) {
      sched.sleep("sbwait");
    }
    Receiver& receiver = *self.ready.front();
    self.ready.pop_front();
    soreceive(receiver);
  }
}

// One read(2) of up to a record, and its decryption.
void Loopback::soreceive(Receiver& receiver) {
  const HostProfile& host = kernel_.scenario.host;
  kernel_.spend(Function::syscall, host.application.syscall_ns.ns());
  kernel_.charge(Function::soreceive, host.loopback.soreceive_ns.ns());
  const std::int64_t record = receiver.so->tls.framing.wire_bytes(kernel_.scenario.ktls.maxlen_bytes);
  const std::int64_t bytes = std::min(receiver.plain - receiver.read, record);
  kernel_.charge_moving(Function::copyout, host.loopback.copyout_ns_per_byte.times(bytes),
                        kernel_.memory.copied(bytes));
  kernel_.mtx_lock(receiver.inp_lock, kernel_.locks.receiver_inpcb);
  receiver.read += bytes;
  receiver.readable = receiver.plain > receiver.read;
  if (receiver.readable) receiver.reader->ready.push_back(&receiver);
  // tcp_usr_rcvd: a window update once the window has opened by two segments.
  const std::int64_t edge = receiver.read + kernel_.scenario.network.receive_buffer_bytes;
  const bool update = edge - receiver.advertised >= 2 * kernel_.scenario.network.tso_bytes ||
                      edge - receiver.advertised >= kernel_.scenario.network.receive_buffer_bytes / 2;
  if (update) {
    kernel_.charge(Function::tcp_output, host.tcp.tcp_output_ns.ns());
    netisr_queue(acknowledgement(receiver));
  }
  kernel_.mtx_unlock(receiver.inp_lock);
  kernel_.sched.userret();
  if (receiver.rx.so != nullptr) return;  // it is plain text
  const Cipher cipher = receiver.so->tls.cipher;
  const auto& per_byte = host.loopback.decrypt_ns_per_byte;
  Time decryption = host.loopback.decrypt_record_ns.ns() +
                    per_byte[static_cast<std::size_t>(encryption(cipher))].times(bytes);
  if (!is_aead(cipher)) decryption += per_byte[static_cast<std::size_t>(mac(cipher))].times(bytes);
  kernel_.charge(Function::decryption, decryption);
}

}  // namespace ktlssim
