#include "sim/workload/record_source.hpp"

#include <boost/random/exponential_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cerrno>

#include "sim/engine/random_stream.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

RecordSource::RecordSource(Kernel& kernel)
    : kernel_(kernel),
      closed_(kernel.scenario.workload.kind == WorkloadKind::closed),
      random_(kernel.random_stream("arrivals")) {
  const WorkloadParameters& w = kernel.scenario.workload;
  boost::random::uniform_int_distribution<std::int64_t> phase(0, from_us(w.start_spread_us).count());
  for (const std::size_t group : kernel.scenario.groups_of_sessions()) {
    slots_.push_back(connections_.size());
    connections_.push_back(&open_session(kernel, *this, group));
  }
  alive_ = w.sessions;
  if (!closed_) {
    kernel.calendar().call_at<&RecordSource::arrive>(kNoTime, Rank::hardware, this);
    return;
  }
  for (std::int64_t record = 0; record < w.records_in_flight; ++record)
    for (std::int64_t i = 0; i < w.sessions; ++i)
      kernel.calendar().call_at<&RecordSource::offer_first>(Time{phase(random_)}, Rank::hardware, this,
                                                            static_cast<std::uint64_t>(i));
}

bool RecordSource::outstanding() const { return kernel_.recorder.records_pending() > 0; }

void RecordSource::offer_first(std::uint64_t slot) { offer_to(slot); }

void RecordSource::offer_to(std::size_t slot) {
  if (closed_ && alive_ > 0)
    while (connections_[slot]->dropped) slot = (slot + 1) % connections_.size();
  if (!connections_[slot]->dropped)
    offer(*connections_[slot]);
  else if (closed_ && kernel_.scenario.workload.reconnect_us > 0)
    ++waiting_;
  else
    ++kernel_.tcpstat.lost_arrivals;
}

void RecordSource::offer(Socket& so) {
  Mbuf& m = kernel_.mbufs.get();
  m.payload_bytes = static_cast<std::int32_t>(kernel_.scenario.workload.record_bytes);
  m.npgs = static_cast<std::int32_t>(pages_of(m.payload_bytes, 0, kernel_.scenario.host.page()));
  m.destination = DestinationBuffer::in_place;
  ktls_inject(kernel_, m, so);
}

void RecordSource::arrive(std::uint64_t) {
  const WorkloadParameters& w = kernel_.scenario.workload;
  boost::random::exponential_distribution<double> interarrival_ns(w.records_per_second / 1e9);
  boost::random::uniform_int_distribution<std::uint64_t> session(0,
                                                                 static_cast<std::uint64_t>(w.sessions) - 1);
  kernel_.calendar().call_at<&RecordSource::arrive>(kernel_.now() + from_ns(interarrival_ns(random_)),
                                                    Rank::hardware, this);
  offer_to(session(random_));
}

void RecordSource::pr_ready(Socket& so, Mbuf& top, int records) {
  kernel_.settle();
  if (so.dropped) {
    mb_free_notready(kernel_, top, records);
    kernel_.settle();  // before others see what is offered
    if (closed_)
      for (int i = 0; i < records; ++i) offer_to(slots_[static_cast<std::size_t>(so.index)]);
    return;
  }
  Mbuf* next = &top;
  for (int i = 0; i < records; ++i) {
    Mbuf& m = *next;
    next = m.m_next;
    kernel_.recorder.delivered(so.group, m.payload_bytes);
    kernel_.recorder.ready(m.stays, m.payload_bytes, kernel_.now());
    kernel_.mbufs.put(m);
    if (closed_) come_again(so);
  }
}

void RecordSource::come_again(Socket& so) {
  const WorkloadParameters& w = kernel_.scenario.workload;
  if (w.think_us <= 0) return offer(so);
  kernel_.calendar().call_at<&RecordSource::offer_first>(
      kernel_.now() + draw(w.think_law, from_us(w.think_us), random_), Rank::hardware, this,
      slots_[static_cast<std::size_t>(so.index)]);
}

void RecordSource::pr_abort(Socket& so) {
  kernel_.settle();
  const std::size_t slot = slots_[static_cast<std::size_t>(so.index)];
  if (!so.dropped) {
    so.dropped = true;
    so.so_error = EIO;
    --alive_;
    kernel_.recorder.connection_aborted(kernel_.now());
    if (const double after_us = kernel_.scenario.workload.reconnect_us; after_us > 0)
      kernel_.calendar().call_at<&RecordSource::reconnect>(kernel_.now() + from_us(after_us), Rank::hardware,
                                                           this, slot);
  }
  if (closed_) offer_to(slot);  // each request is a record of its own
}

void RecordSource::reconnect(std::uint64_t slot) {
  connections_[slot] = &open_session(kernel_, *this, connections_[slot]->group);
  slots_.push_back(slot);
  ++alive_;
  for (; waiting_ > 0; --waiting_) offer(*connections_[slot]);
}

}  // namespace ktlssim
