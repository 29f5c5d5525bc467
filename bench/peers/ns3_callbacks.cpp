// As an ns-3 user would write it: callbacks on its simulator, with the fastest of its schedulers here.
#include <ns3/core-module.h>

#include <boost/random/exponential_distribution.hpp>
#include <boost/random/mersenne_twister.hpp>
#include <cmath>
#include <cstddef>
#include <deque>
#include <vector>

#include "bench/peers/closed_network.hpp"

namespace {

using ns3::Simulator;

ns3::Time nanoseconds(std::int64_t ns) { return ns3::NanoSeconds(static_cast<std::uint64_t>(ns)); }

class Machine {
 public:
  explicit Machine(const peers::ClosedNetwork& network)
      : at_worker_(static_cast<std::size_t>(network.workers), network.in_flight),
        at_completion_(static_cast<std::size_t>(network.workers), 0),
        idle_engines_(network.engines) {
    for (int worker = 0; worker < network.workers; ++worker) start_worker(worker);
  }
  std::int64_t records() const { return records_; }

 private:
  void start_worker(int worker) {
    Simulator::Schedule(nanoseconds(peers::kWorkerNs), &Machine::worker_done, this, worker);
  }
  void start_completion(int worker) {
    Simulator::Schedule(nanoseconds(peers::kCompletionNs), &Machine::completion_done, this, worker);
  }
  void start_engine() {
    if (idle_engines_ == 0 || at_device_.empty()) return;
    --idle_engines_;
    const int worker = at_device_.front();
    at_device_.pop_front();
    Simulator::Schedule(nanoseconds(std::llround(service_ns_(random_))), &Machine::engine_done, this, worker);
  }

  void worker_done(int worker) {
    if (--at_worker_[static_cast<std::size_t>(worker)] > 0) start_worker(worker);
    at_device_.push_back(worker);
    start_engine();
  }
  void engine_done(int worker) {
    ++idle_engines_;
    start_engine();
    if (at_completion_[static_cast<std::size_t>(worker)]++ == 0) start_completion(worker);
  }
  void completion_done(int worker) {
    ++records_;
    if (--at_completion_[static_cast<std::size_t>(worker)] > 0) start_completion(worker);
    if (at_worker_[static_cast<std::size_t>(worker)]++ == 0) start_worker(worker);
  }

  std::vector<int> at_worker_;
  std::vector<int> at_completion_;
  std::deque<int> at_device_;
  int idle_engines_;
  std::int64_t records_ = 0;
  boost::random::mt19937_64 random_{1};
  boost::random::exponential_distribution<double> service_ns_{1 / peers::kEngineMeanNs};
};

}  // namespace

int main(int argc, char** argv) {
  const peers::ClosedNetwork network = peers::read_command_line(argc, argv);
  Simulator::SetScheduler(ns3::ObjectFactory("ns3::PriorityQueueScheduler"));
  Machine machine(network);
  Simulator::Stop(nanoseconds(network.duration_ns));
  Simulator::Run();
  Simulator::Destroy();
  peers::print_records(machine.records());
}
