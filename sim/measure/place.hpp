// Places on a record's way through the kernel.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/units.hpp"

namespace ktlssim {

// ktls: from ktls_enqueue to ready or failed. work_queue: until its worker begins with it. ocf: from
// crypto_dispatch to crypto_done. device: from the doorbell until the completion is visible to the host.
// completion_queue: from then to crypto_done. send_buffer: from pr_send until it is acknowledged or dropped.
enum class Place : std::uint8_t { ktls, work_queue, ocf, device, completion_queue, send_buffer };
inline constexpr std::array<std::string_view, 6> kPlaceNames{
    "ktls", "work queue", "OpenCrypto", "device", "completion queue", "send buffers"};
inline std::string_view name(Place place) { return kPlaceNames[static_cast<std::size_t>(place)]; }

// When a record entered each place; kNever where it is not. Which record it is: the same one in two runs of the same
// scenario and seed, whatever else differs.
struct Stays {
  std::array<Time, kPlaceNames.size()> since{kNever, kNever, kNever,
                                                    kNever, kNever, kNever};
  int session = 0;
  std::uint64_t number = 0;  // in its session, from 1
};

}  // namespace ktlssim
