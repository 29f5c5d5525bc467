// Who offers records to KTLS.
#pragma once

#include <memory>

namespace ktlssim {

class Kernel;
class Protocol;
struct Socket;

class Workload {
 public:
  virtual ~Workload() = default;
  // Whether a stop of all activity would be a stall: work is outstanding that nobody will finish.
  virtual bool outstanding() const = 0;
};

// Opens the sessions and starts the workload of the scenario.
std::unique_ptr<Workload> make_workload(Kernel& k);

// Opens a session of a group: a socket with its flow id, worker and crypto session.
Socket& open_session(Kernel& k, Protocol& protocol, std::size_t group);

}  // namespace ktlssim
