#include "sim/experiment/mechanism/send_buffer.hpp"

#include <stdexcept>

namespace ktlssim {

std::uint64_t TwinSendBuffer::append() {
  if (full()) throw std::logic_error("twin: a record beyond the credit of its session");
  ready_[next_ % ready_.size()] = false;
  return next_++;
}

std::int64_t TwinSendBuffer::ready(std::uint64_t seqno) {
  if (seqno >= next_ || seqno < first_not_ready_ || ready_[seqno % ready_.size()])
    throw std::logic_error("twin: a record became ready twice, or was never sent");
  ready_[seqno % ready_.size()] = true;
  std::int64_t released = 0;
  for (; first_not_ready_ < next_ && ready_[first_not_ready_ % ready_.size()]; ++released) ++first_not_ready_;
  return released;
}

void TwinSendBuffer::acknowledge(std::int64_t records) {
  acknowledged_ += static_cast<std::uint64_t>(records);
  if (acknowledged_ > first_not_ready_)
    throw std::logic_error("twin: a record was acknowledged before it was released");
}

}  // namespace ktlssim
