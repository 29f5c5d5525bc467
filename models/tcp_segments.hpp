// How TCP cuts a stream into segments: IPv4 with timestamps, as FreeBSD's defaults have it.
#pragma once

#include <cstdint>

namespace ktlssim {

// What stands around the payload of every segment.
inline constexpr std::int64_t kIpTcpHeaderBytes = 20 + 20;
inline constexpr std::int64_t kTimestampOptionBytes = 12;
// Ethernet: preamble 8, header 14, checksum 4, gap 12.
inline constexpr std::int64_t kEthernetBytes = 8 + 14 + 4 + 12;

struct SegmentSizes {
  std::int64_t payload_bytes;  // of a full segment
  std::int64_t maxseg_bytes;   // t_maxseg, which has the options in it

  std::int64_t segments(std::int64_t bytes) const { return (bytes + payload_bytes - 1) / payload_bytes; }
  // What `bytes` of a stream take of an Ethernet link.
  std::int64_t on_wire(std::int64_t bytes) const {
    return bytes + segments(bytes) * (kIpTcpHeaderBytes + kTimestampOptionBytes + kEthernetBytes);
  }
};

constexpr SegmentSizes segment_sizes(std::int64_t mtu_bytes) {
  const std::int64_t maxseg = mtu_bytes - kIpTcpHeaderBytes;
  return {maxseg - kTimestampOptionBytes, maxseg};
}

}  // namespace ktlssim
