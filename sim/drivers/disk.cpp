#include "sim/drivers/disk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/random/bernoulli_distribution.hpp>
#include <boost/random/exponential_distribution.hpp>

#include "sim/engine/random_stream.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

Disk::Disk(Kernel& kernel) : kernel_(kernel), random_(kernel.random_stream("disk")) {
  for (int cpu = 0; cpu < kernel.sched.cpus(); ++cpu)
    queues_.emplace_back(kernel, fmt::format("irq nvme0:io{}", cpu), kernel.vectors.bound_to(cpu), kNoTime,
                         static_cast<CompletionHandler&>(*this));
}

bool Disk::resident() {
  kernel_.settle();
  return !boost::random::bernoulli_distribution<>(kernel_.scenario.workload.disk_probability)(random_);
}

void Disk::read(const SfIo& sfio) {
  kernel_.settle();
  if (free_reads_.empty()) {
    free_reads_.push_back(reads_.size());
    reads_.emplace_back();
  }
  const std::size_t slot = free_reads_.back();
  free_reads_.pop_back();
  reads_[slot] = {sfio, static_cast<std::size_t>(kernel_.sched.curthread()->cpu)};
  const double mean_us = kernel_.scenario.workload.disk_latency_us;
  const Time latency =
      mean_us > 0 ? from_us(boost::random::exponential_distribution<>(1 / mean_us)(random_)) : kNoTime;
  kernel_.calendar().call_at<&Disk::complete>(std::max(kernel_.now() + latency, kernel_.caught_up()),
                                              Rank::hardware, this, slot);
}

void Disk::complete(std::uint64_t slot) {
  const SfIo& sfio = reads_[slot].sfio;
  disk_writes(kernel_, *sfio.so, *sfio.m, sfio.npages);
  queues_[reads_[slot].queue].post({.value = static_cast<std::int64_t>(slot)});
}

void Disk::handle(const Completion& completion) {
  const auto slot = static_cast<std::size_t>(completion.value);
  const SfIo sfio = reads_[slot].sfio;
  free_reads_.push_back(slot);
  sendfile_iodone(kernel_, sfio);
}

}  // namespace ktlssim
