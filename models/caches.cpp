#include "models/caches.hpp"

#include <algorithm>

namespace ktlssim {

CacheUse cache_use(const Scenario& s) {
  const CoreRates& core = s.host.core;
  const std::int64_t sharing = s.host.cpus_per_llc.count() > 0 ? s.host.cpus_per_llc.count() : s.cpus_per_domain();
  const double cold = core.miss_share.value();
  CacheUse use{};
  use.llc_bytes = core.llc_bytes.value() * std::max(1.0, static_cast<double>(s.cpus()) / static_cast<double>(sharing));
  use.state_bytes = s.server_connections() * s.host.state_bytes.value();
  use.hit_share = use.state_bytes > 0 ? std::min(1.0, use.llc_bytes / use.state_bytes) : 1;
  use.miss_share = cold + (1 - cold) * (1 - use.hit_share);
  return use;
}

std::vector<Uncomposed> compose_for_caches(Scenario& s) {
  if (!s.host.knows_llc()) return {};
  return compose(s.host, cache_use(s).miss_share);
}

}  // namespace ktlssim
