#include <fmt/format.h>
#include <xbt/log.h>

#include <cstdlib>
#include <exception>
#include <fstream>
#include <simgrid/s4u.hpp>
#include <stdexcept>
#include <vector>

#include "sim/engine/engine.hpp"
#include "sim/engine/sanitizer.hpp"

namespace ktlssim {

namespace {

namespace s4u = simgrid::s4u;

// Writes SimGrid's own trace of the actors, in Paje's format, where the user asks for it. Its settings exist
// once the engine does.
void trace_if_wanted() {
  const char* const file = std::getenv("KTLSSIM_PAJE");
  if (file == nullptr || *file == '\0') return;
  if (!std::ofstream(file)) throw std::runtime_error(fmt::format("KTLSSIM_PAJE: cannot write {}", file));
  for (const std::string& setting : {std::string("tracing:yes"), std::string("tracing/actor:yes"),
                                     fmt::format("tracing/filename:{}", file)})
    s4u::Engine::set_config(setting);
}

// One SimGrid time unit is one nanosecond, which keeps its clock exact.
double units(Time time) { return static_cast<double>(time.count()); }

struct ActorContext final : Context {
  s4u::ActorPtr actor;
  s4u::SemaphorePtr baton = s4u::Semaphore::create(0);
  s4u::Host* host = nullptr;
};

class SimgridEngine final : public Engine {
 public:
  void run(int cpus, const std::function<void()>& main_body) override {
    xbt_log_control_set("root.thresh:warning");
#ifdef KTLSSIM_ASAN
    s4u::Engine::set_config("contexts/factory:thread");
#endif
    s4u::Engine engine("ktlssim");
    s4u::Engine::set_config("contexts/stack-size:256");  // KiB, for 8192: threads may be many
    trace_if_wanted();
    auto* zone = s4u::create_full_zone("machine");
    for (int cpu = 0; cpu < cpus; ++cpu) hosts_.push_back(zone->create_host(fmt::format("cpu{}", cpu), 1.0));
    zone->seal();
    main_.host = hosts_.front();
    std::exception_ptr error;
    main_.actor = s4u::Actor::create("simulation", main_.host, [&] {
      running_ = &main_;
      try {
        main_body();
      } catch (const simgrid::ForcefulKillException&) {
        throw;
      } catch (...) {
        error = std::current_exception();
      }
    });
    engine.run();
    contexts_.clear();
    if (error) std::rethrow_exception(error);
  }

  Context& create(const std::string& name, int cpu, Body body) override {
    auto& context = *contexts_.emplace_back(std::make_unique<ActorContext>());
    context.host = hosts_.at(static_cast<std::size_t>(cpu));
    context.actor = s4u::Actor::create(name, context.host, [this, &context, body = std::move(body)] {
      context.baton->acquire();
      check(context);
      auto& next = static_cast<ActorContext&>(body());
      pass(next);
    });
    return context;
  }

  Context& main() override { return main_; }

  void switch_to(Context& next, Time now) override {
    const double behind = units(now) - s4u::Engine::get_clock();
    if (behind > 0) s4u::this_actor::sleep_for(behind);
    now_ = now;
    ActorContext& self = *running_;
    pass(static_cast<ActorContext&>(next));
    self.baton->acquire();
    check(self);
  }

  void move(Context& context, int cpu) override {
    auto& moved = static_cast<ActorContext&>(context);
    moved.host = hosts_.at(static_cast<std::size_t>(cpu));
    moved.actor->set_host(moved.host);
  }

 private:
  void pass(ActorContext& next) {
    running_ = &next;
    next.baton->release();
  }

  // This actor, on the host that is its CPU, at the clock of the simulation, is the one that runs.
  void check(const ActorContext& self) const {
    const bool clock_agrees = s4u::Engine::get_clock() == units(now_);
    if (running_ == &self && s4u::Actor::self() == self.actor.get() &&
        s4u::this_actor::get_host() == self.host && clock_agrees)
      return;
    throw std::logic_error(
        fmt::format("hand-over went wrong: actor {} on {} at {} ns of SimGrid's clock, {} ns expected",
                    s4u::this_actor::get_name(), s4u::this_actor::get_host()->get_name(),
                    s4u::Engine::get_clock(), now_.count()));
  }

  ActorContext main_;
  std::vector<s4u::Host*> hosts_;
  std::vector<std::unique_ptr<ActorContext>> contexts_;
  ActorContext* running_ = nullptr;
  Time now_{0};
};

}  // namespace

}  // namespace ktlssim

// The one name of this library.
extern "C" ktlssim::Engine* ktlssim_make_simgrid_engine() { return new ktlssim::SimgridEngine; }
