#include "sim/experiment/sweep/point_list.hpp"

#include <utility>

namespace ktlssim {

namespace {

Json stopping_of(const MeasureParameters& measure) {
  return Json::array({measure.relative_precision, measure.precision_metrics, measure.min_replications, measure.max_replications});
}

MeasureParameters measure_of(const Json& stopping) {
  MeasureParameters measure{};
  stopping.at(0).get_to(measure.relative_precision);
  stopping.at(1).get_to(measure.precision_metrics);
  stopping.at(2).get_to(measure.min_replications);
  stopping.at(3).get_to(measure.max_replications);
  return measure;
}

}  // namespace

void PointList::add(const SweepPoint& point) {
  Json stopping = stopping_of(point.measure);
  if (empty()) first_stopping_ = stopping;
  Json row = Json::array({point.seed, point.values});
  if (stopping != first_stopping_) row.push_back(std::move(stopping));
  Json::to_cbor(row, rows_);
  ends_.push_back(rows_.size());
}

SweepPoint PointList::operator[](std::size_t point) const {
  const auto end_of = [&](std::size_t row) { return rows_.begin() + static_cast<std::ptrdiff_t>(ends_.at(row)); };
  Json row = Json::from_cbor(point == 0 ? rows_.begin() : end_of(point - 1), end_of(point));
  return {std::move(row.at(1).get_ref<Json::array_t&>()), row.at(0).get<std::int64_t>(),
          measure_of(row.size() > 2 ? row.at(2) : first_stopping_)};
}

}  // namespace ktlssim
