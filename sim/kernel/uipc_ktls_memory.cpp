#include "sim/kernel/uipc_ktls_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "sim/kernel/kernel.hpp"

namespace ktlssim {

namespace {

bool uses_uma(const Kernel& k) { return k.scenario.what_if.state_allocator == StateAllocator::uma; }

// malloc(9)'s bins on amd64.
std::int64_t malloc_bin(std::int64_t bytes) {
  constexpr std::array<std::int64_t, 13> kBins{16,   32,   64,   128,  256,   384,  512,
                                               1024, 2048, 4096, 8192, 16384, 32768};
  const auto* bin = std::find_if(kBins.begin(), kBins.end(), [bytes](std::int64_t b) { return b >= bytes; });
  return bin == kBins.end() ? pages_of(bytes) * kPageBytes : *bin;
}

// So that a search that costs nothing does not last for ever within one instant.
constexpr Time kLeastScan = std::chrono::microseconds(1);

// VM_WAIT of an allocation with M_WAITOK.
void may_wait_for_memory(Kernel& k) {
  if (!k.faults.memory_may_be_short()) return;
  k.settle();  // draws come in the order of time
  const Time wait = k.faults.vm_wait();
  if (wait == kNoTime) return;
  k.sleep_for(wait, "vmwait");
}

constexpr Time kAllocationHoldOff = std::chrono::seconds(1);  // hz ticks in ktls_buffer_alloc

// In which domain vm_page_alloc finds a page of no object. A process's thread takes it from its own, and so does a worker
// that ktls_bind_domain has told to. The policy of other kernel threads interleaves by the index of the page, which is 0
// of all of them: the first domain (vm_domainset_iter_interleave).
int page_domain(Kernel& k) {
  const bool own = k.sched.curthread()->thread_class == ThreadClass::application || k.ktls.bind_threads == 2;
  return own ? curdomain(k) : 0;
}

// A buffer from the cache. After a failure the worker does not try for a second, and the alloc thread makes
// more.
bool ktls_buffer_alloc(Kernel& k, Mbuf& m) {
  if (k.ktls.buffers_matter) k.settle();
  m.domain = static_cast<std::uint8_t>(k.scenario.domain_of(k.sched.curthread()->cpu));  // first touch
  KtlsBuffers& buffers = k.ktls.domains[m.domain];
  KtlsWq& wq = *m.so->tls.wq;
  if (wq.alloc_failed && k.now() - wq.lastallocfail < kAllocationHoldOff) return false;
  wq.alloc_failed = false;
  k.spend(Function::ktls_buffer_alloc, ktls_costs(k).ktls_buffer_alloc_ns.ns());
  if (k.ktls.buffers_matter) k.settle();
  if (buffers.alloc_thread == nullptr || buffers.used < buffers.contiguous) {
    ++buffers.used;
    return true;
  }
  wq.alloc_failed = true;
  wq.lastallocfail = k.now();
  ++buffers.failures;
  if (!buffers.running) {
    buffers.running = true;
    k.wakeup(buffers.alloc_thread, "waiting for work");
  }
  return false;
}

// What the thread gets for the zone once the contiguous memory is used.
void make_buffers(Kernel& k, KtlsBuffers& buffers) {
  const KtlsParameters& ktls = k.scenario.ktls;
  if (ktls.contig_memory == ContigMemory::plentiful) {
    for (std::int64_t i = 0; i < ktls.max_alloc; ++i) {
      k.charge(Function::ktls_alloc_thread, ktls_costs(k).ktls_alloc_buffer_ns.ns());
      ++buffers.allocs;
    }
  } else if (k.scenario.kernel.ktls.contig_allocation.value() == ContigAllocation::reclaim_thread) {
    // ktls_reclaim_thread: vm_page_reclaim_contig_domain_ext moves pages until there are that many.
    for (std::int64_t i = 0; i < ktls.max_alloc; ++i)
      k.charge(Function::ktls_alloc_thread, ktls_costs(k).contig_reclaim_ns.ns());
    ++buffers.reclaims;
  } else {
    // M_WAITOK of a contiguous piece in fragmented memory: it searches until it finds one, which it does not.
    for (;;) k.charge(Function::ktls_alloc_thread, std::max(ktls_costs(k).contig_scan_ns.ns(), kLeastScan));
  }
  buffers.contiguous += ktls.max_alloc;  // back to the zone
}

[[noreturn]] void ktls_alloc_thread(Kernel& k, KtlsBuffers& buffers) {
  for (;;) {
    while (!buffers.running) k.sched.sleep("waiting for work");
    make_buffers(k, buffers);
    buffers.running = false;
  }
}

// Only records of file pages are encrypted to buffers of the cache.
bool refills_buffers(const Scenario& s) {
  return s.workload.kind == WorkloadKind::sendfile && s.has_software_tls() && s.ktls.sw_buffer_cache &&
         s.ktls.contiguous_buffers > 0;
}

}  // namespace

void ktls_buffers_init(Kernel& k) {
  const std::int64_t domains = k.scenario.host.numa_domains.count();
  k.ktls.buffers_matter = domains > 1 || refills_buffers(k.scenario);
  for (std::int64_t i = 0; i < domains; ++i) {
    KtlsBuffers& buffers = k.ktls.domains.emplace_back();
    if (!refills_buffers(k.scenario)) continue;
    buffers.contiguous = (k.scenario.ktls.contiguous_buffers + i) / domains;
    buffers.alloc_thread = &k.sched.create(
        fmt::format("alloc_{}", i), ThreadClass::ktls, -1, [&k, &buffers] { ktls_alloc_thread(k, buffers); },
        "waiting for work");
    const auto per_domain = static_cast<int>(k.scenario.cpus_per_domain());
    if (domains > 1) k.sched.bind(*buffers.alloc_thread, {static_cast<int>(i) * per_domain, per_domain});
  }
}

std::int64_t state_bytes(const Kernel& k) {
  const std::int64_t bytes = k.scenario.ktls.state_bytes;
  return uses_uma(k) ? (bytes + 7) / 8 * 8 : malloc_bin(bytes);
}

KtlsOcfEncryptState& state_alloc(Kernel& k) {
  may_wait_for_memory(k);
  k.spend(Function::malloc, (uses_uma(k) ? ktls_costs(k).state_uma_alloc_ns : ktls_costs(k).state_alloc_ns).ns());
  k.recorder.states.add(1, k.settled_at());
  Ktls& ktls = k.ktls;
  if (ktls.free_states == nullptr) return *ktls.states.emplace_back(std::make_unique<KtlsOcfEncryptState>());
  KtlsOcfEncryptState& state = *ktls.free_states;
  ktls.free_states = state.next_free;
  return state;
}

void state_free(Kernel& k, KtlsOcfEncryptState& state) {
  k.spend(Function::free, (uses_uma(k) ? ktls_costs(k).state_uma_free_ns : ktls_costs(k).state_free_ns).ns());
  k.recorder.states.add(-1, k.settled_at());
  state.next_free = k.ktls.free_states;
  k.ktls.free_states = &state;
}

void allocate_destination(Kernel& k, Mbuf& m) {
  if (k.scenario.ktls.sw_buffer_cache && m.npgs > 2 && ktls_buffer_alloc(k, m)) {
    m.destination = DestinationBuffer::contiguous;
    k.recorder.buffer_bytes.add(kTlsMaxPayloadBytes, k.settled_at());
  } else {
    may_wait_for_memory(k);
    k.spend(Function::vm_page_alloc, ktls_costs(k).vm_page_alloc_ns.times(m.npgs));
    if (k.numa.matters()) {
      k.settle();
      m.domain = static_cast<std::uint8_t>(page_domain(k));
    }
    m.destination = DestinationBuffer::pages;
    k.recorder.buffer_bytes.add(m.npgs * k.scenario.host.page(), k.settled_at());
  }
}

void free_destination(Kernel& k, Mbuf& m) {
  if (m.destination == DestinationBuffer::contiguous) {
    if (k.ktls.buffers_matter) k.settle();
    k.recorder.buffer_bytes.add(-kTlsMaxPayloadBytes, k.settled_at());
    --k.ktls.domains[m.domain].used;
  }
  if (m.destination == DestinationBuffer::pages)
    k.recorder.buffer_bytes.add(-m.npgs * k.scenario.host.page(), k.settled_at());
  m.destination = DestinationBuffer::none;
}

}  // namespace ktlssim
