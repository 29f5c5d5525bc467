#include "sim/experiment/mechanism/device.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "sim/experiment/calibrate/burn.hpp"
#include "sim/experiment/calibrate/remote_benches.hpp"

namespace ktlssim {

namespace {

constexpr std::int64_t kLateNs = 200'000;  // what takes an interrupt longer than that is no flight

}  // namespace

TwinDevice::TwinDevice(const TwinSetting& setting)
    : completions(static_cast<std::size_t>(setting.device_ring), setting.device_coalescing_ns),
      acknowledgements(static_cast<std::size_t>(setting.device_ring), setting.ack_holdoff_ns),
      setting_(setting),
      requests_(static_cast<std::size_t>(setting.device_ring)),
      wire_(static_cast<std::size_t>(setting.device_ring)),
      engine_free_ns_(static_cast<std::size_t>(setting.device_engines)),
      // The network's thread is as urgent, and may have every record's acknowledgement before it.
      patience_ns_(kLateNs + setting.sessions * setting.credit_records * setting.ack_ns) {
  if (setting.device_openssl == 0) return;
  cipher_ = std::make_unique<EvpAlgorithm>(Algorithm::aes_128_gcm);
  encrypted_.resize(static_cast<std::size_t>(setting.record_bytes) + EVP_MAX_BLOCK_LENGTH);
}

std::int64_t TwinDevice::look(TwinSlices& slices) {
  const std::int64_t now = clock_ns();
  if (now - looked_ns_ > kTakenAwayNs) {
    away_ns += now - looked_ns_;
    slices.disturbed(now);
  }
  if (const auto since = completions.waits_since(); since && now - *since > patience_ns_) slices.disturbed(now);
  looked_ns_ = now;
  slices.look(now);
  return now;
}

// First come, first served, by the engine that is free first.
void TwinDevice::serve(TwinRecord& record, TwinSlices& slices) {
  const auto engine = std::min_element(engine_free_ns_.begin(), engine_free_ns_.end());
  std::int64_t start = std::max(record.submitted_ns + setting_.device_submit_ns, *engine);
  if (cipher_ != nullptr) {
    while (look(slices) < start) continue;
    start = clock_ns();
    cipher_->process(record.payload.get(), encrypted_.data(), static_cast<int>(setting_.record_bytes));
    *engine = look(slices);
  } else {
    *engine = start + std::llround(setting_.service_ns());
  }
  busy_ns += *engine - start;
  in_service_.push({*engine + setting_.device_complete_ns, &record});
}

void TwinDevice::poll(TwinSlices& slices) {
  looked_ns_ = clock_ns();
  while (!stop_) {
    const std::int64_t now = look(slices);
    for (TwinRecord* record = nullptr; requests_.pop(record);) serve(*record, slices);
    for (TwinBurst burst; wire_.pop(burst);) on_the_wire_.push(burst);
    for (; !in_service_.empty() && in_service_.top().at_ns <= now; in_service_.pop())
      if (!completions.post(in_service_.top().record, in_service_.top().at_ns))
        throw std::logic_error("twin: the completion queue is full");
    for (; !on_the_wire_.empty() && on_the_wire_.front().sent_ns + setting_.rtt_ns <= now; on_the_wire_.pop())
      if (!acknowledgements.post(on_the_wire_.front(), on_the_wire_.front().sent_ns + setting_.rtt_ns))
        throw std::logic_error("twin: the receive queue is full");
    if (completions.poll(now)) ++interrupts;
    if (acknowledgements.poll(now)) ++interrupts;
  }
}

}  // namespace ktlssim
