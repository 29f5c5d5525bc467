#include "models/quantity.hpp"

#include <map>

namespace ktlssim {

std::shared_ptr<const Provenance> shared_provenance(Provenance provenance) {
  static std::map<Provenance, std::shared_ptr<const Provenance>> all;
  const auto known = all.find(provenance);
  if (known != all.end()) return known->second;
  auto shared = std::make_shared<const Provenance>(provenance);
  return all.emplace(std::move(provenance), std::move(shared)).first->second;
}

}  // namespace ktlssim
