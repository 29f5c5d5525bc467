#include "sim/measure/recorder.hpp"

namespace ktlssim {

void Recorder::reset(Time now) {
  stations.reset(now);
  for (Gauge* const gauge : {&states, &buffer_bytes}) gauge->reset(now);
  window_delivered_bytes_.clear();
  window_ready_ = window_ready_bytes_ = window_failed_ = window_acknowledged_bytes_ = 0;
  interrupts_ = aborted_ = 0;
  latency_.reset();
}

}  // namespace ktlssim
