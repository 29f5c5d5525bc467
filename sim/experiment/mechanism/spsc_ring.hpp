// A ring between one thread that writes and one that reads, as between a host and a device.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <vector>

namespace ktlssim {

template <typename Entry>
class SpscRing {
 public:
  explicit SpscRing(std::size_t entries) : slots_(std::bit_ceil(entries)) {}

  // False if it is full.
  bool push(const Entry& entry) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == slots_.size()) return false;
    slots_[tail & (slots_.size() - 1)] = entry;
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }
  // False if it is empty.
  bool pop(Entry& entry) {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return false;
    entry = slots_[head & (slots_.size() - 1)];
    head_.store(head + 1, std::memory_order_release);
    return true;
  }
  bool empty() const {
    return head_.load(std::memory_order_acquire) == tail_.load(std::memory_order_acquire);
  }

 private:
  static constexpr std::size_t kCacheLineBytes = 64;
  std::vector<Entry> slots_;
  alignas(kCacheLineBytes) std::atomic<std::size_t> head_ = 0;
  alignas(kCacheLineBytes) std::atomic<std::size_t> tail_ = 0;
};

}  // namespace ktlssim
