#include "sim/drivers/interrupt_queue.hpp"

#include "sim/kernel/kernel.hpp"

namespace ktlssim {

InterruptQueue::InterruptQueue(Kernel& kernel, const std::string& name, int cpu, Time holdoff,
                               CompletionHandler& handler)
    : kernel_(kernel),
      holdoff_(holdoff),
      handler_(handler),
      thread_(&kernel.sched.create(name, ThreadClass::interrupt, cpu, [this] { interrupt_thread(); })) {}

void InterruptQueue::post(const Completion& completion) {
  entries_.push_back(completion);
  if (state_ == State::armed) start_timer();
}

void InterruptQueue::start_timer() {
  state_ = State::timing;
  kernel_.calendar().call_at<&InterruptQueue::raise>(kernel_.now() + holdoff_, Rank::hardware, this);
}

void InterruptQueue::raise(std::uint64_t) {
  state_ = State::raised;
  kernel_.recorder.interrupt();
  kernel_.sched.make_runnable(*thread_);
}

void InterruptQueue::rearm() {
  state_ = State::armed;
  if (!entries_.empty()) start_timer();
}

void InterruptQueue::interrupt_thread() {
  for (;;) {
    state_ = State::in_service;
    kernel_.charge(Function::intr_event_handle, kernel_.scenario.host.scheduler.interrupt_ns.ns());
    while (!entries_.empty()) {
      const Completion completion = entries_.front();
      entries_.pop_front();
      handler_.handle(completion);
    }
    kernel_.charge(Function::intr_event_handle, kernel_.scenario.host.scheduler.interrupt_exit_ns.ns());
    rearm();
    while (state_ != State::raised) kernel_.sched.sleep("-");
  }
}

}  // namespace ktlssim
