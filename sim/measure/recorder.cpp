#include "sim/measure/recorder.hpp"

#include <fmt/format.h>

#include "models/counted.hpp"
#include "sim/engine/executive.hpp"

namespace ktlssim {

void Recorder::begin_instant(Time now) {
  if (now == instant_)
    throw ModelError(fmt::format("livelock: {} without time passing at {} ns", counted(in_ - in_before_instant_, "record"),
                                 now.count()));
  instant_ = now;
  in_before_instant_ = in_;
}

void Recorder::reset(Time now) {
  stations.reset(now);
  for (Gauge* const gauge : {&states, &buffer_bytes}) gauge->reset(now);
  window_delivered_bytes_.clear();
  window_ready_ = window_ready_bytes_ = window_failed_ = window_acknowledged_bytes_ = 0;
  interrupts_ = aborted_ = 0;
  latency_.reset();
}

}  // namespace ktlssim
