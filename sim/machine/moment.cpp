#include "sim/machine/moment.hpp"

#include <algorithm>
#include <tuple>

namespace ktlssim {

void MomentFinder::waited(const RecordName& record, Time from, Time until) {
  if (kind_ == MomentKind::record) {
    if (record == record_) found_ = Moment{from, until, record};
    return;
  }
  const auto longer = [&] {
    if (!found_) return true;
    const Time wait = until - from;
    const Time longest = found_->until - found_->from;
    return std::tuple(-wait.count(), from, record.session, record.number) <
           std::tuple(-longest.count(), found_->from, found_->record->session, found_->record->number);
  };
  if (from >= measured_.begin && longer()) found_ = Moment{from, until, record};
}

void MomentFinder::entered(const Stays& record, Place place, std::int64_t, Time now) {
  if (place == Place::ktls && kind_ != MomentKind::first_abort)
    inside_[&record] = {{record.session, record.number}, now};
}

void MomentFinder::left(const Stays& record, Place place, std::int64_t, Time now) {
  if (place != Place::ktls || kind_ == MomentKind::first_abort) return;
  const auto stay = inside_.find(&record);
  if (stay == inside_.end()) return;
  waited(stay->second.record, stay->second.since, now);
  inside_.erase(stay);
}

void MomentFinder::aborted(Time now) {
  if (kind_ == MomentKind::first_abort && !found_) found_ = Moment{now, now};
}

// Who waits still has waited until now.
void MomentFinder::end() {
  for (const auto& [_, stay] : inside_) waited(stay.record, stay.since, std::max(stay.since, measured_.end));
}

}  // namespace ktlssim
