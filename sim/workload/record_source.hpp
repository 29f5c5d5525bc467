// Records without application or TCP: a fixed number in circulation (closed), or random arrivals (poisson).
// They turn the simulator into a queueing network. Records come and go outside the kernel, at no cost.
#pragma once

#include <boost/random/mersenne_twister.hpp>

#include "sim/kernel/socket.hpp"
#include "sim/workload/workload.hpp"

namespace ktlssim {

class RecordSource final : public Workload, public Protocol {
 public:
  explicit RecordSource(Kernel& kernel);
  bool outstanding() const override;

  // A record that becomes ready leaves; in a closed workload the next one of its session takes its place at
  // once.
  void pr_ready(Socket& so, Mbuf& m, int records) override;
  void pr_abort(Socket& so) override;

 private:
  void offer_first(std::uint64_t session);
  void offer(Socket& so);
  void arrive(std::uint64_t);

  Kernel& kernel_;
  bool closed_;
  boost::random::mt19937_64 random_;
};

}  // namespace ktlssim
