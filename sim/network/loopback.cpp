#include "sim/network/loopback.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "sim/kernel/frame.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/tcp.hpp"

namespace ktlssim {

Loopback::Loopback(Kernel& kernel)
    : kernel_(kernel), ack_threshold_bytes_(kernel.scenario.ack_threshold_bytes()) {
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
  so.snd_wnd_edge = so.max_sndwnd = receiver.advertised;
  so.tp = std::make_unique<Tcpcb>(kernel_.scenario.kernel.network.congestion_control.value(), kernel_.scenario.network,
                                  kernel_.segments);
  if (kernel_.scenario.network.receiver == ReceiverKind::userland) return;
  receiver.rx.reader = this;
  ktls_enable_rx(kernel_, receiver.rx, so);
}

std::int64_t Loopback::unread_bytes() const {
  std::int64_t bytes = 0;
  for (const Receiver& receiver : receivers_) bytes += receiver.stream.next() - receiver.read;
  return bytes;
}

void Loopback::if_output(Socket& so, std::int64_t from, std::int64_t bytes) {
  const Frame frame(kernel_.sched, "looutput");
  if (!kernel_.scenario.network.loopback_mextpg) {
    // mb_unmapped_to_ext: an mbuf for the header, each page and the trailer of a record.
    constexpr std::int64_t kHeaderAndTrailer = 2;
    kernel_.spend(Function::mb_unmapped_to_ext, kernel_.scenario.host.loopback.mapped_mbuf_ns.times(
                                                    pages_of(bytes) + kHeaderAndTrailer));
  }
  netisr_queue({.kind = PacketKind::data,
                .receiver = &receivers_[static_cast<std::size_t>(so.index)],
                .from = from,
                .to = from + bytes});
}

void Loopback::softclock(Socket& so) {
  Receiver& receiver = receivers_[static_cast<std::size_t>(so.index)];
  Netisr& netisr = netisr_of(receiver);
  netisr.queue.push_back({.kind = PacketKind::softclock, .receiver = &receiver});
  if (!netisr.running && !std::exchange(netisr.scheduled, true)) wake(netisr);
}

Loopback::Netisr& Loopback::netisr_of(const Receiver& receiver) {
  return netisrs_[receiver.so->flowid % netisrs_.size()];
}

// A full queue says ENOBUFS, which if_simloop ignores: the packet is lost, and TCP finds out later.
bool Loopback::netisr_queue_workstream(Netisr& netisr, const Packet& packet) {
  if (static_cast<std::int64_t>(netisr.queue.size()) >= kernel_.scenario.network.netisr_qlimit) {
    ++kernel_.tcpstat.lost_packets;
    return false;
  }
  netisr.queue.push_back(packet);
  return !netisr.running && !std::exchange(netisr.scheduled, true);
}

void Loopback::netisr_queue(const Packet& packet) {
  const Frame frame(kernel_.sched, "netisr_queue");
  Netisr& netisr = netisr_of(*packet.receiver);
  kernel_.mtx_lock(netisr.nws_mtx, kernel_.locks.netisr);
  kernel_.charge(Function::netisr, kernel_.scenario.host.loopback.netisr_queue_ns.ns());
  const bool signal = netisr_queue_workstream(netisr, packet);
  kernel_.mtx_unlock(netisr.nws_mtx);
  if (signal) kernel_.wakeup(netisr.thread, "-");
}

void Loopback::swi_net(Netisr& netisr) {
  const Frame frame(kernel_.sched, "swi_net");
  for (;;) {
    kernel_.mtx_lock(netisr.nws_mtx, kernel_.locks.netisr);
    netisr.running = true;
    netisr.scheduled = false;
    while (!netisr.queue.empty()) {
      netisr.batch.swap(netisr.queue);
      kernel_.mtx_unlock(netisr.nws_mtx);
      for (; !netisr.batch.empty(); netisr.batch.pop_front()) input(netisr.batch.front());
      kernel_.mtx_lock(netisr.nws_mtx, kernel_.locks.netisr);
    }
    netisr.running = false;
    kernel_.mtx_unlock(netisr.nws_mtx);
    if (!netisr.scheduled) kernel_.sched.sleep("-");
  }
}

void Loopback::input(const Packet& packet) {
  switch (packet.kind) {
    case PacketKind::data:
      return tcp_input_data(*packet.receiver, packet.from, packet.to);
    case PacketKind::ack:
      return tcp_input_ack(kernel_, *packet.receiver->so, packet.ack, packet.wnd_edge, packet.hole_end);
    case PacketKind::softclock:
      return tcp_timer_rexmt(kernel_, *packet.receiver->so);
  }
}

void Loopback::tcp_input_data(Receiver& receiver, std::int64_t from, std::int64_t to) {
  const Frame frame(kernel_.sched, "tcp_input");
  kernel_.mtx_lock(receiver.inp_lock, kernel_.locks.receiver_inpcb);
  kernel_.charge(Function::tcp_input, kernel_.scenario.host.loopback.tcp_input_data_ns.ns());
  const bool hole = receiver.stream.hole_end() > 0;
  const std::int64_t bytes = receiver.stream.arrive(from, to);
  const bool at_once = hole || bytes == 0;
  const bool ktls_rx = receiver.rx.so != nullptr;
  const bool wake = !ktls_rx && bytes > 0 && make_readable(receiver, bytes);
  if (ktls_rx && bytes > 0) {
    receiver.rx.encrypted_bytes += bytes;
    ktls_check_rx(kernel_, receiver.rx);
  }
  const bool wait = ack_threshold_bytes_ > 0
                        ? receiver.stream.next() - receiver.acked < ack_threshold_bytes_
                        : delay_ack(kernel_.segments, bytes, receiver.delayed_ack.active());
  if (at_once || !wait) {
    kernel_.charge(Function::tcp_output, kernel_.scenario.host.tcp.tcp_output_ns.ns());
    netisr_queue(acknowledgement(receiver));
  } else if (!receiver.delayed_ack.active()) {
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

// The record leaves the stream, its place stays free, and who reads learns of it at once.
void Loopback::bad_record(KtlsRx& rx, std::int64_t wire_bytes) {
  Receiver& receiver = receivers_[static_cast<std::size_t>(rx.so->index)];
  receiver.plain += wire_bytes;
  receiver.read += wire_bytes;
  receiver.so_error = EBADMSG;
  if (!std::exchange(receiver.readable, true)) receiver.reader->ready.push_back(&receiver);
  kernel_.wakeup(receiver.reader->thread, "sbwait");
}

// From a callout: nobody is charged.
void Loopback::wake(Netisr& netisr) {
  if (netisr.thread->wchan == "-") kernel_.sched.make_runnable(*netisr.thread);
}

// The callout's acknowledgement goes straight to the netisr thread.
void Loopback::delayed_ack(std::uint64_t session) {
  Receiver& receiver = receivers_[session];
  const Time date = receiver.delayed_ack.fire(kernel_.now());
  if (date > kernel_.now() && date != kNever) start_timer(receiver, date);
  if (date != kernel_.now()) return;
  Netisr& netisr = netisr_of(receiver);
  if (netisr_queue_workstream(netisr, acknowledgement(receiver))) wake(netisr);
}

void Loopback::start_timer(const Receiver& receiver, Time date) {
  kernel_.calendar().call_at<&Loopback::delayed_ack>(date, Rank::hardware, this,
                                                     static_cast<std::uint64_t>(receiver.so->index));
}

Loopback::Packet Loopback::acknowledgement(Receiver& receiver) {
  receiver.delayed_ack.stop();
  receiver.acked = receiver.stream.next();
  receiver.advertised = receiver.read + kernel_.scenario.network.receive_buffer_bytes;
  return {.kind = PacketKind::ack,
          .receiver = &receiver,
          .ack = receiver.acked,
          .wnd_edge = receiver.advertised,
          .hole_end = receiver.stream.hole_end()};
}

// tcp_usr_rcvd -> tcp_output: a window that has opened by two segments is told where that is much of the buffer,
// or where little of it was left; one that has opened by half the buffer always.
bool Loopback::window_update_due(const Receiver& receiver) const {
  const std::int64_t hiwat = kernel_.scenario.network.receive_buffer_bytes;
  const std::int64_t maxseg = kernel_.segments.maxseg_bytes;
  const std::int64_t opened = receiver.read + hiwat - receiver.advertised;
  const std::int64_t window = hiwat - (receiver.stream.next() - receiver.read);
  if (2 * opened >= hiwat) return true;
  return opened >= 2 * maxseg && (opened >= hiwat / 4 || window <= hiwat / 8 || hiwat <= 8 * maxseg);
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

// One read(2) of up to a record, and its decryption in userland: OpenSSL asks for a record at a time, and the kernel
// tells the peer of the room when the window would open far enough (tcp_usr_rcvd).
void Loopback::soreceive(Receiver& receiver) {
  const Frame frame(kernel_.sched, "soreceive");
  const HostProfile& host = kernel_.scenario.host;
  kernel_.spend(Function::syscall, host.application.syscall_ns.ns());
  kernel_.charge(Function::soreceive, host.loopback.soreceive_ns.ns());
  if (std::exchange(receiver.so_error, 0) != 0) {
    ++kernel_.tcpstat.ebadmsg_reads;
    receiver.readable = receiver.plain > receiver.read;
    if (receiver.readable) receiver.reader->ready.push_back(&receiver);
    kernel_.sched.userret();
    return;
  }
  const std::int64_t record = receiver.so->tls.framing.wire_bytes(kernel_.scenario.ktls.maxlen_bytes);
  const std::int64_t bytes = std::min(receiver.plain - receiver.read, record);
  kernel_.charge_moving(Function::copyout, host.loopback.copyout_ns_per_byte.times(bytes),
                        kernel_.memory.copied(bytes));
  kernel_.mtx_lock(receiver.inp_lock, kernel_.locks.receiver_inpcb);
  receiver.read += bytes;
  receiver.readable = receiver.plain > receiver.read;
  if (receiver.readable) receiver.reader->ready.push_back(&receiver);
  if (window_update_due(receiver)) {
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
