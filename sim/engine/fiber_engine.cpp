#include "sim/engine/fiber_engine.hpp"

#include <fmt/format.h>

#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <exception>
#include <new>
#include <stdexcept>
#include <vector>

#include "sim/engine/sanitizer.hpp"

#ifdef KTLSSIM_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace ktlssim {

namespace {

namespace ctx = boost::context;

constexpr std::size_t kStackBytes = 128 * 1024;
constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kCacheLineBytes = 64;

// AddressSanitizer must forget what was on a stack before the memory is used for something else.
struct StackAllocator : ctx::protected_fixedsize_stack {
  StackAllocator() : ctx::protected_fixedsize_stack(kStackBytes) {}
#ifdef KTLSSIM_ASAN
  void deallocate(ctx::stack_context& stack) {
    __asan_unpoison_memory_region(static_cast<char*>(stack.sp) - stack.size, stack.size);
    ctx::protected_fixedsize_stack::deallocate(stack);
  }
#endif
};

// A stack and its guard are two maps of memory, of which a process may have vm.max_map_count.
ctx::stack_context allocate(StackAllocator& allocator, std::size_t threads) {
  try {
    return allocator.allocate();
  } catch (const std::bad_alloc&) {
    throw std::runtime_error(fmt::format(
        "the system refuses a stack after {} simulated threads: fewer sessions with /workload/io=blocking or receivers "
        "on loopback, or a larger vm.max_map_count (65530 allow some 32000), are needed",
        threads));
  }
}

struct FiberContext final : Context {
  ctx::fiber fiber;
  // What AddressSanitizer must know of the stack to follow a switch; unused without it.
  const void* stack_bottom = nullptr;
  std::size_t stack_bytes = 0;
  void* fake_stack = nullptr;
};

class FiberEngine final : public Engine {
 public:
  void run(int, const std::function<void()>& main_body) override {
    running_ = &main_;
    main_body();
    contexts_.clear();
  }

  Context& create(const std::string&, int, Body body) override {
    auto& context = *contexts_.emplace_back(std::make_unique<FiberContext>());
    StackAllocator allocator;
    const ctx::stack_context stack = allocate(allocator, contexts_.size() - 1);
    context.stack_bytes = stack.size;
    context.stack_bottom = static_cast<char*>(stack.sp) - stack.size;
    // Stacks lie a multiple of pages apart: starting all at the same place of a page would make them compete
    // for the same lines of the cache.
    const std::size_t colour = contexts_.size() * kCacheLineBytes % kPageBytes;
    const ctx::preallocated top(static_cast<char*>(stack.sp) - colour, stack.size - colour, stack);
    context.fiber = ctx::fiber(std::allocator_arg, top, allocator,
                               [this, body = std::move(body)](ctx::fiber&& from) {
                                 arrived(std::move(from));
                                 auto& next = static_cast<FiberContext&>(body());
                                 leave(next, true);
                                 return std::move(next.fiber);
                               });
    return context;
  }

  Context& main() override { return main_; }

  void switch_to(Context& next, Time) override {
    auto& to = static_cast<FiberContext&>(next);
    leave(to, false);
    arrived(std::move(to.fiber).resume());
  }

  void move(Context&, int) override {}

 private:
  void leave(FiberContext& to, [[maybe_unused]] bool for_good) {
    previous_ = running_;
    running_ = &to;
#ifdef KTLSSIM_ASAN
    __sanitizer_start_switch_fiber(for_good ? nullptr : &previous_->fake_stack, to.stack_bottom,
                                   to.stack_bytes);
#endif
  }

  // `from` is the rest of whoever switched here: it is the fiber to resume when somebody switches back to it.
  void arrived(ctx::fiber&& from) {
#ifdef KTLSSIM_ASAN
    const void* bottom = nullptr;
    std::size_t bytes = 0;
    __sanitizer_finish_switch_fiber(running_->fake_stack, &bottom, &bytes);
    if (previous_->stack_bottom == nullptr) {
      previous_->stack_bottom = bottom;
      previous_->stack_bytes = bytes;
    }
#endif
    previous_->fiber = std::move(from);
  }

  FiberContext main_;
  std::vector<std::unique_ptr<FiberContext>> contexts_;
  FiberContext* running_ = nullptr;
  FiberContext* previous_ = nullptr;
};

}  // namespace

std::unique_ptr<Engine> make_fiber_engine() { return std::make_unique<FiberEngine>(); }

}  // namespace ktlssim
