// How many of a step's cold lines lie in memory, from the connections whose state passes through the last level of cache.
// A host whose core states no size of that cache has the share that it states, however many connections there are.
#pragma once

#include <vector>

#include "models/host_profile.hpp"
#include "models/scenario.hpp"

namespace ktlssim {

struct CacheUse {
  double llc_bytes;    // of all last levels together
  double state_bytes;  // of all connections
  double hit_share;    // of lines that nothing but other connections displaces
  double miss_share;   // of all cold lines: those that are cold anyhow, and the rest of what misses
};

// Precondition: the host's core states llc_bytes.
//
// Connections are visited at random, a record each time, and a line that is brought in displaces one at random: then what
// fits is hit, and of more the part that fits, llc / state, since no line is better off than another (on regular visits
// LRU loses all at once where this loses the excess). The payload that CPUs read and write is left out: from Ivy Bridge on
// the last level inserts adaptively, against streams (Wong 2013), and counted like state it would put software TLS on the
// Xeon E5-2697A v4 far above what was measured beside NIC TLS (docs/trust.md).
CacheUse cache_use(const Scenario& scenario);

// Composes the costs of steps of the share that cache_use() says, where the host's core states llc_bytes. Returns those
// that become too much.
std::vector<Uncomposed> compose_for_caches(Scenario& scenario);

}  // namespace ktlssim
