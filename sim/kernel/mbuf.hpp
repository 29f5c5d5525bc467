// An M_EXTPG mbuf: one TLS record on its way from ktls_frame to the acknowledgement.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/units.hpp"
#include "sim/measure/station.hpp"

namespace ktlssim {

struct Socket;

// Where the bytes on the wire live once encrypted.
enum class DestinationBuffer : std::uint8_t { none, in_place, contiguous, pages };

// Begins a line of the caches: there may be more records than they hold.
struct alignas(64) Mbuf {
  Mbuf* m_next = nullptr;       // the next record of the send buffer, and of its batch
  Mbuf* stailq_next = nullptr;  // the next batch on a work queue (first mbuf of a batch only)
  Socket* so = nullptr;         // m_epg_so
  std::uint64_t seqno = 0;      // m_epg_seqno
  std::int32_t payload_bytes = 0;
  std::int32_t wire_bytes = 0;
  std::int32_t npgs = 0;           // m_epg_npgs
  std::int32_t enc_cnt = 0;        // m_epg_enc_cnt: pages of the whole batch (first mbuf only)
  std::int32_t batch_records = 0;  // records of the whole batch (first mbuf only)
  bool file_backed = false;        // not EPG_FLAG_ANON
  bool not_ready = true;           // M_NOTREADY
  bool holds_session = false;      // m_epg_tls
  bool in_sockbuf = false;
  DestinationBuffer destination = DestinationBuffer::none;
  std::uint8_t domain = 0;       // of the destination
  std::uint8_t page_domain = 0;  // of what it holds now
  std::uint8_t lines_in = 0;     // the domain that the mbuf itself was written in last
  Stays stays;
};

// Records come from here and return to here: no allocation once the pool has grown.
class MbufPool {
 public:
  Mbuf& get() {
    if (free_ == nullptr) grow();
    Mbuf& m = *free_;
    free_ = m.m_next;
    m = Mbuf{};
    ++used_;
    return m;
  }
  void put(Mbuf& m) {
    m.m_next = free_;
    free_ = &m;
    --used_;
  }
  std::int64_t used() const { return used_; }

  // Visits every record there has been, those handed back included.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& slab : slabs_)
      for (std::size_t i = 0; i < kSlab; ++i) visit(slab[i]);
  }

 private:
  static constexpr std::size_t kSlab = 256;

  void grow() {
    slabs_.push_back(std::make_unique<Mbuf[]>(kSlab));
    for (std::size_t i = 0; i < kSlab; ++i) {
      slabs_.back()[i].m_next = free_;
      free_ = &slabs_.back()[i];
    }
  }

  std::vector<std::unique_ptr<Mbuf[]>> slabs_;
  Mbuf* free_ = nullptr;
  std::int64_t used_ = 0;
};

}  // namespace ktlssim
