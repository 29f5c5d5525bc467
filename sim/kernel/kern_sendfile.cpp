#include "sim/kernel/kern_sendfile.hpp"

#include <algorithm>

#include "sim/kernel/bio.hpp"
#include "sim/kernel/frame.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

namespace {

// What one pass sends: everything left if there is space for it, else up to a page boundary of the file.
std::int64_t pass_bytes(std::int64_t space, std::int64_t left, std::int64_t offset, std::int64_t page) {
  if (space >= left) return left;
  if (space <= page) return space;
  const std::int64_t to_boundary = (page - offset % page) % page;
  return to_boundary + (space - to_boundary) / page * page;
}

// A record takes the pages that maxlen bytes fill, so the first one of a pass that starts within a page is
// short.
Mbuf& file_records(Kernel& k, std::int64_t offset, std::int64_t bytes) {
  const std::int64_t maxlen = k.scenario.ktls.maxlen_bytes;
  const std::int64_t page = k.scenario.host.page();
  const std::int64_t max_pgs = pages_of(maxlen, 0, page);
  RecordChain chain;
  while (bytes > 0) {
    const std::int64_t payload = std::min({bytes, maxlen, max_pgs * page - offset % page});
    chain.append(k, payload, pages_of(payload, offset, page), true);
    bytes -= payload;
    offset += payload;
  }
  return *chain.top;
}

}  // namespace

SendResult vn_sendfile(Kernel& k, Socket& so, std::int64_t bytes, bool nonblocking) {
  const Frame frame(k.sched, "vn_sendfile");
  k.charge(Function::vn_sendfile, application_costs(k).sendfile_ns.ns());
  so.so_snd.sb_lowat = std::max(so.so_snd.sb_lowat, so.so_snd.sb_hiwat / 2);
  const std::int64_t page = k.scenario.host.page();
  std::int64_t left = bytes;
  while (left > 0) {
    const std::int64_t space = sbwait_space(k, so, left, nonblocking);
    if (space == 0) break;
    const std::int64_t pass = pass_bytes(space, left, so.file_offset, page);
    k.spend(Function::vn_sendfile, application_costs(k).sendfile_page_ns.times(pages_of(pass, so.file_offset, page)));
    const bool resident = k.file_pages == nullptr || k.file_pages->resident();
    Mbuf& top = file_records(k, so.file_offset, pass);
    const int enq_cnt = ktls_frame(k, top, so);
    left -= pass;
    so.file_offset += pass;
    if (!pr_send(k, so, top)) break;
    if (so.tls.mode == KtlsMode::ifnet) continue;
    soref(k, so);
    ++k.ktls.batches_outstanding;
    if (resident)
      ktls_enqueue(k, top, so, enq_cnt);
    else
      k.file_pages->read({&top, &so, enq_cnt});
  }
  return {bytes - left, so.dropped};
}

void sendfile_iodone(Kernel& k, const SfIo& sfio) {
  const Frame frame(k.sched, "sendfile_iodone");
  k.charge(Function::sendfile_iodone, application_costs(k).sendfile_iodone_ns.ns());
  ktls_enqueue(k, *sfio.m, *sfio.so, sfio.npages);
}

}  // namespace ktlssim
