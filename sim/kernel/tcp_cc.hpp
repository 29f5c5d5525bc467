// struct tcpcb with cc_newreno.c and cc_cubic.c: how much of a stream may be under way where segments can be lost,
// and when they are sent again. Bytes are stream offsets or counts; nothing here costs time.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>

#include "models/scenario.hpp"
#include "sim/engine/callout.hpp"

namespace ktlssim {

struct Tcpcb {
  Tcpcb(const KernelNetwork& kernel, const NetworkParameters& parameters, const SegmentSizes& sizes);

  CongestionControl algorithm;
  std::int64_t maxseg;
  std::int64_t initial_cwnd;
  std::int64_t abc_l_var;
  Time rexmit_min;
  Time rexmit_slop;

  std::int64_t snd_max = 0;  // highest byte that was ever sent
  std::int64_t snd_cwnd;
  std::int64_t snd_ssthresh = std::numeric_limits<std::int64_t>::max();
  std::int64_t bytes_acked = 0;  // congestion avoidance: towards the next segment of window

  int dupacks = 0;
  bool in_recovery = false;
  std::int64_t snd_recover = 0;  // recovery is over when this is acknowledged
  std::int64_t rexmit_edge = 0;  // the hole has been sent again up to here

  Callout rexmt;
  Time rexmt_latest{0};  // to which its event may have moved on
  int rxtshift = 0;
  Time rcvtime{0};  // of the last acknowledgement

  // One segment at a time is timed, and none that was sent twice.
  bool timing = false;
  std::int64_t rtseq = 0;
  Time rtttime{0};
  Time srtt{0};
  Time rttvar{0};

  // Cubic: the window at the last congestion, and when that was.
  double cubic_max = 0;
  Time cubic_epoch{0};

  // nic: bursts on the way to the peer, and what the acknowledgements on the way back say of holes.
  struct Burst {
    std::int64_t from;
    std::int64_t to;
  };
  std::deque<Burst> to_peer;
  std::deque<std::int64_t> holes_told;

  // The retransmission timeout, with its backoff.
  Time timeout() const;
  void sample_rtt(Time rtt);
};

// `acked` new bytes were acknowledged outside of recovery; the peer's window is `window`.
void cc_ack_received(Tcpcb& tp, std::int64_t acked, std::int64_t window, Time now);
// Three duplicate acknowledgements: recovery begins.
void cc_dupack_signal(Tcpcb& tp, Time now);
// All that was under way when it began is acknowledged, up to `ack`.
void cc_post_recovery(Tcpcb& tp, std::int64_t ack);
// The retransmission timer has gone off.
void cc_rto_signal(Tcpcb& tp, std::int64_t window, Time now);
// Restart after a time without acknowledgements (cc_after_idle).
void cc_after_idle(Tcpcb& tp);

}  // namespace ktlssim
