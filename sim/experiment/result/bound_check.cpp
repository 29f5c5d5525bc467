#include "sim/experiment/result/bound_check.hpp"

#include <cmath>

#include "models/bounds.hpp"

namespace ktlssim {

namespace {

constexpr double kDeviations = 5;

// Payload that can be counted in the measured time, and offered or encrypted before it, or received after it.
double bytes_under_way(const Scenario& s, const Summary& summary, const ThroughputBound& bound) {
  const WorkloadParameters& w = s.workload;
  const auto sessions = static_cast<double>(w.sessions);
  if (s.has_application()) {
    std::int64_t bytes = s.largest_send_buffer_bytes();
    if (s.network.kind == NetworkKind::loopback) bytes += s.network.receive_buffer_bytes;
    if (bound.by_what_is_offered()) bytes += s.request_bytes();
    return sessions * static_cast<double>(bytes);
  }
  if (w.kind == WorkloadKind::closed)
    return sessions * static_cast<double>(w.records_in_flight * w.record_bytes);
  const Estimate* in_flight = summary.metric("in_flight_max");
  return in_flight ? in_flight->mean * static_cast<double>(w.record_bytes) : 0;
}

double chance_gbps(const Scenario& s, const Estimate& throughput, const ThroughputBound& bound) {
  if (throughput.spread != Spread::single) return 0;
  const double window_ns = s.measure.duration_ms * 1e6;
  const double record_bits = static_cast<double>(bound.payload_bytes) * 8;
  return kDeviations * std::sqrt(bound.throughput_gbps * window_ns / record_bits) * record_bits / window_ns;
}

BoundReach reach(const Estimate& throughput, double bound, double edges) {
  if (throughput.hi < bound) return BoundReach::below;
  if (throughput.lo <= bound) return BoundReach::reached;
  return throughput.lo <= bound + edges ? BoundReach::at_edges : BoundReach::above;
}

}  // namespace

std::optional<BoundCheck> check_against_bound(const Scenario& s, const Summary& summary) {
  const Estimate* const throughput = summary.metric("throughput_gbps");
  if (!throughput) return std::nullopt;
  const ThroughputBound bound = throughput_bound(s);
  BoundCheck check{.limited_by = bound.limited_by,
                   .bound_gbps = bound.throughput_gbps,
                   .edges_gbps = bytes_under_way(s, summary, bound) * 8 / (s.measure.duration_ms * 1e6),
                   .chance_gbps = chance_gbps(s, *throughput, bound),
                   .part = throughput->mean / bound.throughput_gbps,
                   .reach = BoundReach::below,
                   .exact_gbps = std::nullopt};
  check.reach = reach(*throughput, check.bound_gbps, check.edges_gbps + check.chance_gbps);
  if (throughput->spread != Spread::interval || !s.session_groups.empty()) return check;
  const ProductForm form = product_form(s);
  if (!form.network) return check;
  check.exact_gbps = mean_value_analysis(*form.network).records_per_us *
                     static_cast<double>(demands_of(s).payload_bytes) * 8 / 1e3;
  check.exact_inside = throughput->lo <= *check.exact_gbps && *check.exact_gbps <= throughput->hi;
  return check;
}

}  // namespace ktlssim
