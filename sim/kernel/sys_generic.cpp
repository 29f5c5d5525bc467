#include "sim/kernel/sys_generic.hpp"

#include "sim/kernel/kernel.hpp"

namespace ktlssim {

void sys_read(Kernel& k, std::int64_t bytes, std::int64_t offset) {
  const HostProfile& host = k.scenario.host;
  const ApplicationCosts& costs = host.application;
  k.spend(Function::syscall, costs.syscall_ns.ns());
  k.spend(Function::vn_read,
          costs.read_ns.ns() + costs.sendfile_page_ns.times(pages_of(bytes, offset, host.page())));
  k.charge_moving(Function::copyout, host.loopback.copyout_ns_per_byte.times(bytes), k.memory.copied(bytes));
}

}  // namespace ktlssim
