#include "sim/engine/random_stream.hpp"

#include <boost/random/exponential_distribution.hpp>
#include <boost/random/seed_seq.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <vector>

namespace ktlssim {

boost::random::mt19937_64 random_stream(std::uint64_t seed, std::uint64_t replication, std::string_view name) {
  std::vector<std::uint32_t> words{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                                   static_cast<std::uint32_t>(replication),
                                   static_cast<std::uint32_t>(replication >> 32)};
  for (const char c : name) words.push_back(static_cast<unsigned char>(c));
  boost::random::seed_seq sequence(words.begin(), words.end());
  return boost::random::mt19937_64(sequence);
}

Time draw(ServiceLaw law, Time mean, boost::random::mt19937_64& random) {
  if (mean == kNoTime) return mean;
  switch (law) {
    case ServiceLaw::constant:
      return mean;
    case ServiceLaw::exponential:
      return from_ns(
          boost::random::exponential_distribution<double>(1.0 / static_cast<double>(mean.count()))(random));
    case ServiceLaw::uniform:
      return Time{boost::random::uniform_int_distribution<std::int64_t>(0, 2 * mean.count())(random)};
  }
  return mean;
}

}  // namespace ktlssim
