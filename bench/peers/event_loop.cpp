// The floor: an event loop written for this network and nothing else.
#include <boost/random/exponential_distribution.hpp>
#include <boost/random/mersenne_twister.hpp>
#include <cmath>
#include <cstddef>
#include <deque>
#include <queue>
#include <vector>

#include "bench/peers/closed_network.hpp"

namespace {

struct Event {
  enum class Kind { worker_done, engine_done, completion_done };

  std::int64_t time;
  std::uint64_t sequence;
  Kind kind;
  int worker;

  bool operator>(const Event& other) const {
    return time != other.time ? time > other.time : sequence > other.sequence;
  }
};

class Loop {
 public:
  explicit Loop(const peers::ClosedNetwork& network)
      : network_(network),
        at_worker_(static_cast<std::size_t>(network.workers), network.in_flight),
        at_completion_(static_cast<std::size_t>(network.workers), 0),
        idle_engines_(network.engines) {}

  std::int64_t run() {
    for (int worker = 0; worker < network_.workers; ++worker)
      schedule(peers::kWorkerNs, Event::Kind::worker_done, worker);
    for (;;) {
      const Event event = events_.top();
      if (event.time > network_.duration_ns) return records_;
      events_.pop();
      now_ = event.time;
      handle(event);
    }
  }

 private:
  void handle(const Event& event) {
    const auto worker = static_cast<std::size_t>(event.worker);
    switch (event.kind) {
      case Event::Kind::worker_done:
        if (--at_worker_[worker] > 0) schedule(peers::kWorkerNs, Event::Kind::worker_done, event.worker);
        at_device_.push_back(event.worker);
        start_engine();
        return;
      case Event::Kind::engine_done:
        ++idle_engines_;
        start_engine();
        if (at_completion_[worker]++ == 0)
          schedule(peers::kCompletionNs, Event::Kind::completion_done, event.worker);
        return;
      case Event::Kind::completion_done:
        ++records_;
        if (--at_completion_[worker] > 0)
          schedule(peers::kCompletionNs, Event::Kind::completion_done, event.worker);
        if (at_worker_[worker]++ == 0) schedule(peers::kWorkerNs, Event::Kind::worker_done, event.worker);
        return;
    }
  }

  void start_engine() {
    if (idle_engines_ == 0 || at_device_.empty()) return;
    --idle_engines_;
    schedule(std::llround(service_ns_(random_)), Event::Kind::engine_done, at_device_.front());
    at_device_.pop_front();
  }

  void schedule(std::int64_t delay_ns, Event::Kind kind, int worker) {
    events_.push({now_ + delay_ns, sequence_++, kind, worker});
  }

  const peers::ClosedNetwork network_;
  std::vector<int> at_worker_;
  std::vector<int> at_completion_;
  std::deque<int> at_device_;
  int idle_engines_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t sequence_ = 0;
  std::int64_t now_ = 0;
  std::int64_t records_ = 0;
  boost::random::mt19937_64 random_{1};
  boost::random::exponential_distribution<double> service_ns_{1 / peers::kEngineMeanNs};
};

}  // namespace

int main(int argc, char** argv) { peers::print_records(Loop(peers::read_command_line(argc, argv)).run()); }
