// A queue in one piece of memory, which doubles when it is full and is never given back: most queues of a run soon
// reach the length that they keep.
#pragma once

#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

namespace ktlssim {

template <class T>
class Ring {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  // Precondition of these: there are that many.
  T& front() { return items_[first_]; }
  T& back() { return (*this)[size_ - 1]; }
  T& operator[](std::size_t i) {
    assert(i < size_);
    return items_[(first_ + i) & (capacity_ - 1)];
  }
  void pop_front() {
    assert(size_ > 0);
    first_ = (first_ + 1) & (capacity_ - 1);
    --size_;
  }
  // A new last item, to be filled in: whatever stood there before. Its members are best written one by one, as they
  // are read; a copy as a whole has to wait for the writes to a temporary.
  T& push_back() {
    if (size_ == capacity_) [[unlikely]]
      grow();
    ++size_;
    return back();
  }
  void push_back(const T& item) { push_back() = item; }

 private:
  static constexpr std::size_t kLeast = 16;  // as all lengths a power of two

  [[gnu::noinline]] void grow() {
    const std::size_t capacity = capacity_ == 0 ? kLeast : 2 * capacity_;
    std::vector<T> longer(capacity);
    for (std::size_t i = 0; i < size_; ++i) longer[i] = std::move((*this)[i]);
    items_ = std::move(longer);
    capacity_ = capacity;
    first_ = 0;
  }

  std::vector<T> items_;
  std::size_t capacity_ = 0;  // items_.size(), which takes a division
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace ktlssim
