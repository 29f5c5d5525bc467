#include "sim/kernel/tcp_cc.hpp"

#include <algorithm>
#include <cmath>

namespace ktlssim {

namespace {

// tcp_compute_initwnd with net.inet.tcp.initcwnd_segments (RFC 6928).
std::int64_t initial_window(std::int64_t segments, std::int64_t maxseg) {
  constexpr std::int64_t kSegmentBytes = 1460;
  return std::min(segments * maxseg, std::max(2 * maxseg, segments * kSegmentBytes));
}

std::int64_t whole_segments(double bytes, std::int64_t maxseg) {
  return std::max<std::int64_t>(static_cast<std::int64_t>(bytes) / maxseg, 2) * maxseg;
}

// RFC 8312, as cc_cubic.h has it.
constexpr double kCubicC = 0.4;
constexpr double kCubicBeta = 0.7;

double seconds(Time time) { return static_cast<double>(time.count()) / 1e9; }

// The window that cubic aims at, at least what NewReno with its beta would have by now.
double cubic_window(const Tcpcb& tp, Time now) {
  const auto mss = static_cast<double>(tp.maxseg);
  const double max = tp.cubic_max / mss;
  const double k = std::cbrt(max * (1 - kCubicBeta) / kCubicC);
  const double t = seconds(now - tp.cubic_epoch);
  const double since = t + seconds(tp.srtt) - k;
  const double cubic = kCubicC * since * since * since + max;
  if (tp.srtt == kNoTime) return cubic * mss;
  const double friendly =
      max * kCubicBeta + 3 * (1 - kCubicBeta) / (1 + kCubicBeta) * t / seconds(tp.srtt);
  return std::max(cubic, friendly) * mss;
}

void reduce(Tcpcb& tp, Time now) {
  const auto cwnd = static_cast<double>(tp.snd_cwnd);
  if (tp.algorithm == CongestionControl::newreno) {
    tp.snd_ssthresh = whole_segments(cwnd / 2, tp.maxseg);
    return;
  }
  // Fast convergence: a flow that has to give way before it is back leaves room for others.
  tp.cubic_max = cwnd < tp.cubic_max ? cwnd * (1 + kCubicBeta) / 2 : cwnd;
  tp.cubic_epoch = now;
  tp.snd_ssthresh = whole_segments(cwnd * kCubicBeta, tp.maxseg);
}

}  // namespace

Tcpcb::Tcpcb(const KernelNetwork& kernel, const NetworkParameters& parameters, const SegmentSizes& sizes)
    : algorithm(kernel.congestion_control.value()),
      maxseg(sizes.maxseg_bytes),
      initial_cwnd(initial_window(kernel.initcwnd_segments.count(), sizes.maxseg_bytes)),
      abc_l_var(kernel.abc_l_var.count()),
      rexmit_min(from_us(parameters.rexmit_min_us)),
      rexmit_slop(from_us(parameters.rexmit_slop_us)),
      snd_cwnd(initial_cwnd) {}

Time Tcpcb::timeout() const {
  constexpr int kMaxShift = 6;  // tcp_backoff: doubled up to 64 times
  const Time once = std::max(rexmit_min, srtt + 4 * rttvar) + rexmit_slop;
  return once * (std::int64_t{1} << std::min(rxtshift, kMaxShift));
}

// RFC 6298.
void Tcpcb::sample_rtt(Time rtt) {
  if (srtt == kNoTime) {
    srtt = rtt;
    rttvar = rtt / 2;
    return;
  }
  const Time error = rtt > srtt ? rtt - srtt : srtt - rtt;
  rttvar = (3 * rttvar + error) / 4;
  srtt = (7 * srtt + rtt) / 8;
}

void cc_ack_received(Tcpcb& tp, std::int64_t acked, std::int64_t window, Time now) {
  if (tp.snd_cwnd > window) return;  // not what limits
  if (tp.snd_cwnd <= tp.snd_ssthresh) {
    tp.snd_cwnd += std::min(acked, tp.abc_l_var * tp.maxseg);
    return;
  }
  if (tp.algorithm == CongestionControl::cubic && tp.cubic_max > 0) {
    tp.snd_cwnd = std::max(tp.snd_cwnd, static_cast<std::int64_t>(cubic_window(tp, now)));
    return;
  }
  tp.bytes_acked += acked;
  if (tp.bytes_acked < tp.snd_cwnd) return;
  tp.bytes_acked -= tp.snd_cwnd;
  tp.snd_cwnd += tp.maxseg;
}

void cc_dupack_signal(Tcpcb& tp, Time now) {
  reduce(tp, now);
  tp.in_recovery = true;
  tp.snd_recover = tp.snd_max;
  tp.snd_cwnd = tp.snd_ssthresh + tp.dupacks * tp.maxseg;
  tp.bytes_acked = 0;
  tp.timing = false;
}

void cc_post_recovery(Tcpcb& tp, std::int64_t ack) {
  tp.in_recovery = false;
  tp.dupacks = 0;
  // So that no burst of a whole window follows.
  tp.snd_cwnd = std::min(tp.snd_ssthresh, std::max(tp.snd_max - ack, tp.maxseg) + tp.maxseg);
}

void cc_rto_signal(Tcpcb& tp, std::int64_t window, Time now) {
  if (tp.rxtshift == 0) {  // once, however often it goes off
    tp.snd_cwnd = std::min(tp.snd_cwnd, window);
    reduce(tp, now);
  }
  ++tp.rxtshift;
  tp.snd_cwnd = tp.maxseg;
  tp.in_recovery = false;
  tp.dupacks = 0;
  tp.bytes_acked = 0;
  tp.timing = false;
}

void cc_after_idle(Tcpcb& tp) {
  tp.snd_ssthresh = std::max(tp.snd_ssthresh, tp.snd_cwnd - tp.snd_cwnd / 4);
  tp.snd_cwnd = std::min(tp.snd_cwnd, tp.initial_cwnd);
}

}  // namespace ktlssim
