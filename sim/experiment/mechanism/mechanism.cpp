#include "sim/experiment/mechanism/mechanism.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

#include "sim/experiment/calibrate/burn.hpp"

namespace ktlssim {

namespace {

constexpr std::size_t kStateBytes = 528;  // struct ktls_ocf_state

}  // namespace

TwinMechanism::TwinMechanism(const TwinSetting& setting) : device(setting), setting_(setting) {
  for (std::int64_t i = 0; i < setting.workers; ++i) {
    queues_.emplace_back();
    sleepers_.emplace_back();
  }
  for (std::int64_t i = 0; i < setting.sessions; ++i) {
    TwinSession& so = sessions.emplace_back(setting);
    so.wq = &queues_[static_cast<std::size_t>(i % setting.workers)];
    for (TwinRecord& record : so.records) {
      record.session = &so;
      record.payload = std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(setting.record_bytes));
    }
  }
}

void TwinMechanism::completion_interrupt() {
  while (device.completions.serve([this](TwinRecord* record) { completed(*record); })) continue;
}

void TwinMechanism::network_interrupt() {
  while (device.acknowledgements.serve([this](const TwinBurst& burst) { acknowledged(burst); })) continue;
}

void TwinMechanism::stop_sending() { stop_ = true; }

bool TwinMechanism::all_acknowledged() {
  std::int64_t back = 0;
  for (TwinSession& so : sessions) {
    so.app.wake();
    const std::lock_guard lock(so.inp_lock);
    back += static_cast<std::int64_t>(so.buffer.acknowledged());
  }
  return back == written;
}

void TwinMechanism::end(bool complete) {
  aborted_ = !complete;
  for (Sleeper& sleeper : sleepers_) sleeper.wake();
  for (WorkQueue& queue : queues_) queue.stop();
  device.completions.stop();
  device.acknowledgements.stop();
  device.stop();
}

std::int64_t TwinMechanism::sum(std::uint64_t (TwinSendBuffer::*counter)() const) const {
  std::uint64_t all = 0;
  for (const TwinSession& so : sessions) all += (so.buffer.*counter)();
  return static_cast<std::int64_t>(all);
}

void TwinMechanism::application(std::size_t session) {
  TwinSession& so = sessions[session];
  const std::vector<std::uint8_t> data(static_cast<std::size_t>(setting_.record_bytes), 1);
  while (!stop_) {
    burn_ns(static_cast<double>(setting_.app_ns));
    for (;;) {
      {
        const std::lock_guard lock(so.inp_lock);
        so.app_waits = so.buffer.full();
        if (!so.app_waits) break;
      }
      if (stop_) return;
      so.app.sleep();
    }
    TwinRecord& record = so.records[so.buffer.appended() % so.records.size()];  // only this thread appends
    std::memcpy(record.payload.get(), data.data(), data.size());
    {
      const std::lock_guard lock(so.inp_lock);
      record.seqno = so.buffer.append();
    }
    ++written;
    record.done = false;
    record.enqueued_ns = clock_ns();
    so.wq->enqueue(record);
  }
}

void TwinMechanism::worker(std::size_t index) {
  WorkQueue& queue = queues_[index];
  Sleeper& own = sleepers_[index];
  while (TwinRecord* next = queue.take()) {
    while (next != nullptr) {
      TwinRecord& record = *next;
      next = record.next;
      if (setting_.path == TwinPath::async) {
        record.state = std::malloc(kStateBytes);
        if (record.state == nullptr) throw std::bad_alloc();
        std::memset(record.state, 0, kStateBytes);
        ++states_;
        ++references_;
        burn_ns(static_cast<double>(setting_.encrypt_ns));
        submit(record);
        continue;
      }
      burn_ns(static_cast<double>(setting_.encrypt_ns));
      record.waiter = &own;
      submit(record);
      for (;;) {
        {
          const std::lock_guard lock(record.session->crypto_lock);
          if (record.done) break;
        }
        if (aborted_) return;
        own.sleep();
      }
      make_ready(record);
    }
  }
}

// crypto_dispatch and the driver's process().
void TwinMechanism::submit(TwinRecord& record) {
  {
    const std::lock_guard lock(record.session->driver_lock);
    burn_ns(static_cast<double>(setting_.process_ns));
  }
  const std::lock_guard lock(ring_lock_);
  ++submitted_;
  record.submitted_ns = clock_ns();
  if (!device.submit(record)) throw std::logic_error("twin: the submission ring is full");
}

// The driver's response, crypto_done and the callback.
void TwinMechanism::completed(TwinRecord& record) {
  burn_ns(static_cast<double>(setting_.response_ns));
  ++handled_;
  in_flight_ns += clock_ns() - record.submitted_ns;
  if (setting_.path == TwinPath::blocking) {
    {
      const std::lock_guard lock(record.session->crypto_lock);
      record.done = true;
    }
    record.waiter->wake();
    return;
  }
  burn_ns(static_cast<double>(setting_.callback_ns));
  std::free(record.state);
  --states_;
  make_ready(record);
  --references_;
}

// pr_ready, and tcp_output if the head of the buffer could go.
void TwinMechanism::make_ready(TwinRecord& record) {
  TwinSession& so = *record.session;
  const std::lock_guard lock(so.inp_lock);
  if (counting_) so.latencies.add(Time{clock_ns() - record.enqueued_ns});
  const std::int64_t released = so.buffer.ready(record.seqno);
  ++ready;
  if (released == 0) return;
  burn_ns(static_cast<double>(setting_.ready_ns));
  const std::lock_guard wire(wire_lock_);
  if (!device.transmit({&so, released, clock_ns()})) throw std::logic_error("twin: the wire's ring is full");
}

// tcp_input, sbdrop and sowwakeup.
void TwinMechanism::acknowledged(const TwinBurst& burst) {
  TwinSession& so = *burst.session;
  bool wake = false;
  {
    const std::lock_guard lock(so.inp_lock);
    burn_ns(static_cast<double>(setting_.ack_ns));
    so.buffer.acknowledge(burst.records);
    wake = std::exchange(so.app_waits, false);
  }
  if (wake) so.app.wake();
}

void TwinMechanism::check() const {
  const std::int64_t sent = sum(&TwinSendBuffer::appended);
  const auto law = [](bool holds, const std::string& what) {
    if (!holds) throw std::runtime_error("twin: records are not conserved: " + what);
  };
  law(sent == written, fmt::format("{} written, {} in buffers", written.load(), sent));
  law(submitted_ == sent, fmt::format("{} written, {} submitted", sent, submitted_.load()));
  law(handled_ == submitted_, fmt::format("{} submitted, {} handled", submitted_.load(), handled_.load()));
  law(ready == handled_, fmt::format("{} handled, {} ready", handled_.load(), ready.load()));
  const std::int64_t back = sum(&TwinSendBuffer::acknowledged);
  law(back == sent, fmt::format("{} written, {} acknowledged", sent, back));
  law(states_ == 0 && references_ == 0,
      fmt::format("{} states and {} references left", states_.load(), references_.load()));
}

}  // namespace ktlssim
