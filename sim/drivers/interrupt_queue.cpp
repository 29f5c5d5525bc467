#include "sim/drivers/interrupt_queue.hpp"

#include "sim/kernel/frame.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

InterruptQueue::InterruptQueue(Kernel& kernel, const std::string& name, InterruptVector vector, Time holdoff,
                               CompletionHandler& handler, std::size_t enough)
    : kernel_(kernel),
      vector_(vector),
      holdoff_(holdoff),
      flight_(kernel.scenario.host.scheduler.ipi_flight_ns.ns()),
      handler_(handler),
      enough_(enough),
      thread_(&kernel.sched.create(name, ThreadClass::interrupt, vector.bound ? vector.cpu : -1,
                                   [this] { interrupt_thread(); })) {
  enter(State::armed);
}

void InterruptQueue::enter(State state) {
  state_ = state;
  if (Listener* const listener = kernel_.recorder.stations.listener)
    listener->moderated(*thread_, name(state), kernel_.settled_at());
}

void InterruptQueue::post(const Completion& completion) {
  Completion& entry = entries_.push_back();
  entry.kind = completion.kind;
  entry.object = completion.object;
  entry.value = completion.value;
  entry.value2 = completion.value2;
  if (poller_ != nullptr) {
    kernel_.sched.stop_spinning(*poller_);
    return;
  }
  if (state_ == State::armed) start_timer();
  if (state_ == State::timing && entries_.size() == enough_) raise();
}

void InterruptQueue::start_timer() {
  if (holdoff_ == kNoTime) {
    raise();
    return;
  }
  enter(State::timing);
  kernel_.calendar().call_at<&InterruptQueue::timer_expired>(kernel_.now() + holdoff_, Rank::hardware, this,
                                                             ++timer_);
}

void InterruptQueue::timer_expired(std::uint64_t timer) {
  if (state_ != State::timing || timer != timer_) return;
  // Drained before the timer went off, and nothing since: that was not to be told.
  if (rearm_first_ && !serving_ && entries_.empty())
    enter(State::armed);
  else
    raise();
}

void InterruptQueue::raise() {
  enter(State::raised);
  kernel_.recorder.interrupt();
  if (serving_)
    thread_->arrival = Arrival::queued;
  else if (flight_ > kNoTime)
    kernel_.sched.ipi_cpu(*thread_, vector_.cpu, flight_);
  else
    kernel_.sched.interrupt(*thread_, vector_.cpu);
}

void InterruptQueue::rearm() {
  enter(State::armed);
  if (entries_.empty()) return;
  if (enough_ > 0 && entries_.size() >= enough_)
    raise();
  else
    start_timer();
}

// An entry that is there is nobody else's; that none is there is known once the thread has settled.
bool InterruptQueue::pending() {
  if (entries_.empty()) kernel_.settle();
  return !entries_.empty();
}

bool InterruptQueue::serve() {
  if (!pending()) return false;
  drain();
  return true;
}

void InterruptQueue::drain() {
  while (pending()) {
    const Completion completion = entries_.front();
    entries_.pop_front();
    handler_.handle(completion);
  }
  handler_.drained();
}

Time InterruptQueue::entry_cost() const {
  const SchedulerCosts& costs = kernel_.scenario.host.scheduler;
  if (flight_ == kNoTime || thread_->arrival == Arrival::landed) return costs.interrupt_ns.ns();
  return thread_->arrival == Arrival::caught ? costs.ipi_caught_ns.ns() : kNoTime;
}

void InterruptQueue::interrupt_thread() {
  const Frame frame(kernel_.sched, "ithread_loop");
  for (;;) {
    enter(State::in_service);
    serving_ = true;
    kernel_.charge(Function::intr_event_handle, entry_cost());
    if (rearm_first_) {
      kernel_.charge(Function::intr_event_handle, status_read_);
      // Without a hold-off only what comes from here on interrupts again.
      if (holdoff_ > kNoTime)
        start_timer();
      else
        enter(State::armed);
    }
    drain();
    const bool early = flight_ > kNoTime;
    if (early && !rearm_first_) rearm();
    kernel_.charge(Function::intr_event_handle, kernel_.scenario.host.scheduler.interrupt_exit_ns.ns());
    serving_ = false;
    if (!early && !rearm_first_) rearm();
    while (state_ != State::raised) kernel_.sched.sleep("-");
  }
}

}  // namespace ktlssim
