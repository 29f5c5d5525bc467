#include "sim/workload/workload.hpp"

#include <boost/random/uniform_int_distribution.hpp>

#include "sim/engine/random_stream.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/workload/application.hpp"
#include "sim/workload/record_source.hpp"

namespace ktlssim {

std::unique_ptr<Workload> make_workload(Kernel& k) {
  if (k.scenario.has_application()) return std::make_unique<Application>(k);
  return std::make_unique<RecordSource>(k);
}

Socket& open_session(Kernel& k, Protocol& protocol, std::size_t group) {
  const WorkloadParameters& w = k.scenario.workload;
  Socket& so = k.sockets.emplace_back();
  so.index = static_cast<int>(k.sockets.size()) - 1;
  so.group = group;
  so.proto = &protocol;
  so.so_snd.sb_hiwat = w.send_buffer_bytes;
  so.file_offset = w.file_offset_bytes;
  switch (k.scenario.flow_ids()) {
    case FlowIds::automatic:
    case FlowIds::random:
      so.flowid = boost::random::uniform_int_distribution<std::uint32_t>()(k.flow_ids);
      break;
    case FlowIds::sequential:
      so.flowid = static_cast<std::uint32_t>(so.index);
      break;
    case FlowIds::zero:
      so.flowid = 0;
      break;
  }
  ktls_enable_tx(k, so);
  return so;
}

}  // namespace ktlssim
