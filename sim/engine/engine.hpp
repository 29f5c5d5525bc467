// The narrow seam under the simulator: contexts that run one at a time and hand over to each other.
//
// Exactly one context executes at any moment. It either goes on or hands over with switch_to(). Which one is
// next, and when, is decided above this seam (Executive), so every engine walks the same trajectory.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "models/units.hpp"

namespace ktlssim {

// One stack of execution. Owned by its engine; valid until Engine::run returns.
class Context {
 public:
  virtual ~Context() = default;
};

class Engine {
 public:
  // The work of a context. When it returns, the context it returns goes on and this one is never switched to
  // again.
  using Body = std::function<Context&()>;

  virtual ~Engine() = default;

  // Runs `main_body` as the main context and returns when it does. Every other context must have finished by
  // then. `cpus` is the number of hosts that move() can name. An exception of main_body is rethrown here.
  virtual void run(int cpus, const std::function<void()>& main_body) = 0;

  // A context that starts `body` when it is first switched to.
  virtual Context& create(const std::string& name, int cpu, Body body) = 0;
  virtual Context& main() = 0;

  // Hands over from the running context to `next` at simulated time `now`; returns when somebody switches
  // back.
  virtual void switch_to(Context& next, Time now) = 0;

  // The context's simulated thread now runs on another CPU.
  virtual void move(Context& context, int cpu) = 0;
};

}  // namespace ktlssim
