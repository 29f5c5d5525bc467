// The twin's records, and the queue between applications and a worker: struct ktls_wq, ktls_enqueue and the
// head of ktls_work_thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "sim/experiment/calibrate/sleeper.hpp"

namespace ktlssim {

struct TwinSession;

struct TwinRecord {
  TwinSession* session = nullptr;
  std::uint64_t seqno = 0;
  std::int64_t enqueued_ns = 0;
  std::int64_t submitted_ns = 0;
  bool done = false;                  // under the session's crypto lock
  Sleeper* waiter = nullptr;          // blocking: the worker, in "ocfktls"
  void* state = nullptr;              // async: struct ktls_ocf_encrypt_state
  std::unique_ptr<std::uint8_t[]> payload;
  TwinRecord* next = nullptr;
};

class WorkQueue {
 public:
  // The worker is woken unless it is at work and will look again.
  void enqueue(TwinRecord& record);
  // The whole queue, first record first; sleeps while it is empty. Null once `stop` was called.
  TwinRecord* take();
  void stop();

 private:
  std::mutex mutex_;
  TwinRecord* head_ = nullptr;
  TwinRecord* tail_ = nullptr;
  bool running_ = false;
  bool stopped_ = false;
  Sleeper sleeper_;
};

}  // namespace ktlssim
