// As a SimGrid user would write it: an actor and a semaphore a station.
#include <xbt/log.h>

#include <boost/random/exponential_distribution.hpp>
#include <boost/random/mersenne_twister.hpp>
#include <cmath>
#include <cstddef>
#include <deque>
#include <simgrid/s4u.hpp>

#include "bench/peers/closed_network.hpp"

namespace {

namespace s4u = simgrid::s4u;

// One SimGrid time unit is one nanosecond.
struct Station {
  std::deque<int> records;  // by their worker
  s4u::SemaphorePtr waiting = s4u::Semaphore::create(0);

  void put(int worker) {
    records.push_back(worker);
    waiting->release();
  }
  int get() {
    waiting->acquire();
    const int worker = records.front();
    records.pop_front();
    return worker;
  }
};

struct Machine {
  std::deque<Station> workers;
  Station device;
  std::deque<Station> completions;
  std::int64_t records = 0;
  boost::random::mt19937_64 random{1};
  boost::random::exponential_distribution<double> service_ns{1 / peers::kEngineMeanNs};
};

void worker(Machine& machine, Station& station) {
  for (;;) {
    const int record = station.get();
    s4u::this_actor::sleep_for(static_cast<double>(peers::kWorkerNs));
    machine.device.put(record);
  }
}

void engine(Machine& machine) {
  for (;;) {
    const int record = machine.device.get();
    s4u::this_actor::sleep_for(std::round(machine.service_ns(machine.random)));
    machine.completions[static_cast<std::size_t>(record)].put(record);
  }
}

void completion(Machine& machine, Station& station) {
  for (;;) {
    const int record = station.get();
    s4u::this_actor::sleep_for(static_cast<double>(peers::kCompletionNs));
    ++machine.records;
    machine.workers[static_cast<std::size_t>(record)].put(record);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const peers::ClosedNetwork network = peers::read_command_line(argc, argv);
  xbt_log_control_set("root.thresh:warning");
  s4u::Engine simgrid("closed");
  auto* zone = s4u::create_full_zone("machine");
  s4u::Host* const host = zone->create_host("host", 1.0);
  zone->seal();
  Machine machine;
  for (int i = 0; i < network.workers; ++i) {
    Station& in = machine.workers.emplace_back();
    Station& out = machine.completions.emplace_back();
    for (int record = 0; record < network.in_flight; ++record) in.put(i);
    s4u::Actor::create("worker", host, [&machine, &in] { worker(machine, in); })->daemonize();
    s4u::Actor::create("completion", host, [&machine, &out] { completion(machine, out); })->daemonize();
  }
  for (int i = 0; i < network.engines; ++i)
    s4u::Actor::create("engine", host, [&machine] { engine(machine); })->daemonize();
  s4u::Actor::create("clock", host,
                     [&network] { s4u::this_actor::sleep_for(static_cast<double>(network.duration_ns)); });
  simgrid.run();
  peers::print_records(machine.records);
}
