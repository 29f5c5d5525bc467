// Listens for a moment that has a name, so that a timeline of the same run can be made around it.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "sim/machine/timeline.hpp"
#include "sim/measure/listener.hpp"

namespace ktlssim {

// record: from the enqueue of a named one until it is ready or has failed. first_abort: when the first connection is
// given up. longest_wait: as record, of that which took longest among those that were enqueued in the measured time.
enum class MomentKind : std::uint8_t { record, first_abort, longest_wait };

struct Moment {
  Time from{0};
  Time until{0};
  std::optional<RecordName> record{};
};

class MomentFinder final : public Listener {
 public:
  explicit MomentFinder(MomentKind kind, RecordName record = {}) : kind_(kind), record_(record) {}

  void begin(Scheduler&, const Window& measured) override { measured_ = measured; }
  void entered(const Stays& record, Place place, std::int64_t level, Time now) override;
  void left(const Stays& record, Place place, std::int64_t level, Time now) override;
  void aborted(Time now) override;
  void end() override;

  // Once the run has ended; nothing where there was no such moment.
  const std::optional<Moment>& found() const { return found_; }

 private:
  void waited(const RecordName& record, Time from, Time until);

  MomentKind kind_;
  RecordName record_;
  Window measured_;
  struct Stay {
    RecordName record;
    Time since;
  };
  std::unordered_map<const Stays*, Stay> inside_;
  std::optional<Moment> found_;
};

}  // namespace ktlssim
