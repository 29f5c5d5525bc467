#include "sim/experiment/calibrate/memory_costs.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "sim/experiment/calibrate/burn.hpp"
#include "sim/experiment/calibrate/evp_algorithm.hpp"

namespace ktlssim {

namespace {

constexpr std::size_t kStateBytes = 528;  // struct ktls_ocf_state, as in a scenario
constexpr std::size_t kPageBytesHere = 4096;
constexpr std::array<std::size_t, 2> kCopySizes{1024, 16384};

struct Area {
  const char* name;
  std::size_t bytes;
};
constexpr std::array<Area, 3> kAreas{
    {{"hot", kHotCopyBytes}, {"warm", kWarmCopyBytes}, {"cold", kColdCopyBytes}}};

// States are allocated and zeroed by one thread and freed by another, as a worker and a callback do.
std::pair<double, double> state_costs() {
  constexpr int kStates = 64;
  constexpr int kTurns = 20;
  double alloc = 0;
  double free_ = 0;
  std::array<void*, kStates> states{};
  for (int turn = 0; turn < kTurns; ++turn) {
    const std::int64_t begin = clock_ns();
    for (void*& state : states) {
      state = std::malloc(kStateBytes);
      if (state != nullptr) std::memset(state, 0, kStateBytes);
      asm volatile("" ::"r"(state) : "memory");
    }
    alloc += static_cast<double>(clock_ns() - begin);
    std::jthread([&] {
      const std::int64_t start = clock_ns();
      for (void* state : states) std::free(state);
      free_ += static_cast<double>(clock_ns() - start);
    }).join();
  }
  return {alloc / (kStates * kTurns), free_ / (kStates * kTurns)};
}

double page_touch_ns() {
  constexpr std::size_t kPages = 1024;
  void* const area =
      mmap(nullptr, kPages * kPageBytesHere, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (area == MAP_FAILED) return 0;
  const std::int64_t begin = clock_ns();
  for (std::size_t i = 0; i < kPages; ++i) static_cast<volatile char*>(area)[i * kPageBytesHere] = 1;
  const double ns = static_cast<double>(clock_ns() - begin) / kPages;
  munmap(area, kPages * kPageBytesHere);
  return ns;
}

double copy_ns_per_byte(std::size_t size, std::size_t area) {
  static std::vector<char> to(kColdCopyBytes, 1);
  static std::vector<char> from(size, 2);
  from.resize(std::max(from.size(), size), 2);
  constexpr std::size_t kLeast = 4u << 20;
  const std::size_t bytes = std::max(area, kLeast) / size * size;
  std::int64_t ns = 0;
  for (int pass = 0; pass < 2; ++pass) {  // the second is timed
    const std::int64_t begin = clock_ns();
    for (std::size_t done = 0; done < bytes; done += size) {
      std::memcpy(to.data() + done % area, from.data(), size);
      asm volatile("" ::"r"(to.data()) : "memory");
    }
    ns = clock_ns() - begin;
  }
  return static_cast<double>(ns) / static_cast<double>(bytes);
}

// AES-128-GCM of records that stay in the caches.
double evp_ns(int bytes) {
  constexpr int kRecords = 100;
  EvpAlgorithm algorithm(Algorithm::aes_128_gcm);
  static std::vector<std::uint8_t> from(kTlsMaxPayloadBytes, 1);
  static std::vector<std::uint8_t> to(kTlsMaxPayloadBytes + 64);
  algorithm.process(from.data(), to.data(), bytes);
  const std::int64_t begin = clock_ns();
  for (int i = 0; i < kRecords; ++i) algorithm.process(from.data(), to.data(), bytes);
  return static_cast<double>(clock_ns() - begin) / kRecords;
}

std::string copy_name(std::size_t size, const Area& area) {
  return fmt::format("copy_{}_{}k_ns_per_byte", area.name, size / 1024);
}

}  // namespace

void measure_memory_once(std::map<std::string, std::vector<double>>& samples) {
  const auto [alloc, free_] = state_costs();
  samples["state_alloc_ns"].push_back(alloc);
  samples["state_free_ns"].push_back(free_);
  samples["page_touch_ns"].push_back(page_touch_ns());
  for (const Area& area : kAreas)
    for (const std::size_t size : kCopySizes)
      samples[copy_name(size, area)].push_back(copy_ns_per_byte(size, area.bytes));
  const double small = evp_ns(1024);
  const double large = evp_ns(kTlsMaxPayloadBytes);
  const double byte_ns = (large - small) / (kTlsMaxPayloadBytes - 1024);
  samples["evp_byte_ns"].push_back(byte_ns);
  samples["evp_request_ns"].push_back(std::max(0.0, small - 1024 * byte_ns));
}

std::vector<std::pair<std::string, std::string>> memory_cost_names() {
  std::vector<std::pair<std::string, std::string>> names{
      {"state_alloc_ns", fmt::format("malloc of {} bytes, zeroed", kStateBytes)},
      {"state_free_ns", "free of it by another thread"},
      {"page_touch_ns", "first write to a page"}};
  for (const Area& area : kAreas)
    for (const std::size_t size : kCopySizes)
      names.emplace_back(copy_name(size, area),
                         fmt::format("copy {} KiB at a time through {} KiB", size / 1024, area.bytes / 1024));
  names.emplace_back("evp_request_ns", "AES-128-GCM through EVP, a record of no bytes");
  names.emplace_back("evp_byte_ns", "and each byte of it, in the caches");
  return names;
}

}  // namespace ktlssim
