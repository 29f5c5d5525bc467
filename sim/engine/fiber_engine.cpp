#include "sim/engine/fiber_engine.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <deque>
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

// Stacks of more threads than these share a guard: a stack with one of its own is two maps of memory, and a process may
// have vm.max_map_count of them, 65530 by default. Threads are of few kinds, each of which has met guards by then.
constexpr std::size_t kGuardedStacks = 8192;
constexpr std::size_t kSlabStacks = 512;

// Stacks one beside the other, above a page that nobody may touch.
class Slab {
 public:
  Slab() {
    void* const memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    memory_ = static_cast<char*>(memory);
    mprotect(memory_, kPageBytes, PROT_NONE);
#ifdef MADV_NOHUGEPAGE
    madvise(memory_, kBytes, MADV_NOHUGEPAGE);  // of each stack little more than a page is used
#endif
  }
  ~Slab() { munmap(memory_, kBytes); }
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;

  ctx::stack_context stack(std::size_t number) const {
    ctx::stack_context stack;
    stack.size = kStackBytes;
    stack.sp = memory_ + kPageBytes + (number + 1) * kStackBytes;
    return stack;
  }

 private:
  static constexpr std::size_t kBytes = kPageBytes + kSlabStacks * kStackBytes;

  char* memory_;
};

// Gives back what boost allocated; stacks of a slab go with it. AddressSanitizer must forget what was on a stack before
// the memory is used for something else.
struct StackAllocator : ctx::protected_fixedsize_stack {
  StackAllocator() : ctx::protected_fixedsize_stack(kStackBytes) {}
  void deallocate(ctx::stack_context& stack) {
#ifdef KTLSSIM_ASAN
    __asan_unpoison_memory_region(static_cast<char*>(stack.sp) - stack.size, stack.size);
#endif
    const bool has_guard = stack.size > kStackBytes;
    if (has_guard) ctx::protected_fixedsize_stack::deallocate(stack);
  }
};

class Stacks {
 public:
  ctx::stack_context get() {
    const std::size_t number = count_++;
    try {
      if (number < kGuardedStacks) return StackAllocator().allocate();
      const std::size_t in_slabs = number - kGuardedStacks;
      if (in_slabs % kSlabStacks == 0) slabs_.emplace_back();
      return slabs_.back().stack(in_slabs % kSlabStacks);
    } catch (const std::bad_alloc&) {
      throw std::runtime_error(fmt::format(
          "the system refuses a stack after {} simulated threads: fewer sessions with /workload/io=blocking or "
          "receivers on loopback, or more memory, are needed",
          number));
    }
  }

 private:
  std::size_t count_ = 0;
  std::deque<Slab> slabs_;
};

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
    const ctx::stack_context stack = stacks_.get();
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
  Stacks stacks_;  // before what lies on them
  std::vector<std::unique_ptr<FiberContext>> contexts_;
  FiberContext* running_ = nullptr;
  FiberContext* previous_ = nullptr;
};

}  // namespace

std::unique_ptr<Engine> make_fiber_engine() { return std::make_unique<FiberEngine>(); }

}  // namespace ktlssim
