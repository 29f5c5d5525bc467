// A disk behind nvme(4): a queue pair and an interrupt thread per CPU. Reads take a random time and do not
// wait for one another.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <deque>
#include <vector>

#include "sim/drivers/interrupt_queue.hpp"
#include "sim/kernel/bio.hpp"
#include "sim/kernel/kern_sendfile.hpp"

namespace ktlssim {

class Disk final : public FilePages, private CompletionHandler {
 public:
  explicit Disk(Kernel& kernel);

  // By chance.
  bool resident() override;
  // sendfile_iodone runs on the CPU that asks.
  void read(const SfIo& sfio) override;

 private:
  struct Read {
    SfIo sfio;
    std::size_t queue = 0;
  };

  void complete(std::uint64_t read);
  void handle(const Completion& completion) override;

  Kernel& kernel_;
  boost::random::mt19937_64 random_;
  std::deque<InterruptQueue> queues_;  // by CPU
  std::deque<Read> reads_;
  std::vector<std::size_t> free_reads_;
};

}  // namespace ktlssim
