// A send buffer that counts records: credit for the application, release in order (sbready, sb_fnrdy), and
// the laws that no record is lost, doubled or out of order.
#pragma once

#include <cstdint>
#include <vector>

namespace ktlssim {

// Not safe among threads: the session's lock guards it.
class TwinSendBuffer {
 public:
  explicit TwinSendBuffer(std::int64_t credit_records) : ready_(static_cast<std::size_t>(credit_records)) {}

  bool full() const { return next_ - acknowledged_ == ready_.size(); }
  // The number of the next record, from 0. Precondition: not full.
  std::uint64_t append();
  // The record is encrypted: how many records the wire may have now, this one included. None while an earlier
  // one is not ready. Throws std::logic_error if the record is not in the buffer or was ready before.
  std::int64_t ready(std::uint64_t seqno);
  // Drops the oldest records. Throws std::logic_error if they were not released.
  void acknowledge(std::int64_t records);

  std::uint64_t appended() const { return next_; }
  std::uint64_t released() const { return first_not_ready_; }
  std::uint64_t acknowledged() const { return acknowledged_; }

 private:
  std::vector<bool> ready_;  // by number modulo credit
  std::uint64_t next_ = 0;
  std::uint64_t first_not_ready_ = 0;
  std::uint64_t acknowledged_ = 0;
};

}  // namespace ktlssim
