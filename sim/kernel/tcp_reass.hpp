// tcp_reass.c: which bytes of a stream have arrived, where segments can be lost.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace ktlssim {

class Reassembly {
 public:
  // The bytes from `from` up to `to` arrive, perhaps again. Returns by how many bytes the part of the stream
  // without a hole grows.
  std::int64_t arrive(std::int64_t from, std::int64_t to) {
    const std::int64_t before = next_;
    if (from > next_) {
      keep({from, to});
      return 0;
    }
    next_ = std::max(next_, to);
    while (!later_.empty() && later_.front().from <= next_) {
      next_ = std::max(next_, later_.front().to);
      later_.erase(later_.begin());
    }
    return next_ - before;
  }

  std::int64_t next() const { return next_; }  // rcv_nxt
  // End of the first hole, as a SACK option tells it; 0 where there is none.
  std::int64_t hole_end() const { return later_.empty() ? 0 : later_.front().from; }

 private:
  struct Range {
    std::int64_t from;
    std::int64_t to;
  };

  // Inserts a range beyond the first hole; ranges that touch become one.
  void keep(Range range) {
    auto at = std::ranges::lower_bound(later_, range.from, {}, &Range::to);
    while (at != later_.end() && at->from <= range.to) {
      range = {std::min(range.from, at->from), std::max(range.to, at->to)};
      at = later_.erase(at);
    }
    later_.insert(at, range);
  }

  std::int64_t next_ = 0;
  std::vector<Range> later_;  // in order, apart from each other
};

}  // namespace ktlssim
