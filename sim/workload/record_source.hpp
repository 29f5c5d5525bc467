// Records without application or TCP: a fixed number in circulation (closed), or random arrivals (poisson).
// They turn the simulator into a queueing network. Records come and go outside the kernel, at no cost.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <cstddef>
#include <vector>

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
  // A record of a closed workload that fails goes on with a connection that is alive.
  void pr_abort(Socket& so) override;

 private:
  void offer_first(std::uint64_t slot);
  void offer(Socket& so);
  // The next record in the place of one that has left, when its client has thought.
  void come_again(Socket& so);
  void arrive(std::uint64_t);
  void reconnect(std::uint64_t slot);
  // A record comes for what `slot` is connected to: that connection; or, of a closed workload, the next one that
  // is alive. Without any it is lost, or waits for one to be opened.
  void offer_to(std::size_t slot);

  Kernel& kernel_;
  bool closed_;
  boost::random::mt19937_64 random_;
  std::vector<Socket*> connections_;  // by slot: as many as there are sessions
  std::vector<std::size_t> slots_;    // by socket
  std::int64_t alive_ = 0;
  std::int64_t waiting_ = 0;  // closed: records without a connection
};

}  // namespace ktlssim
