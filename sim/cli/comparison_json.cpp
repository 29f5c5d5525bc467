#include "sim/cli/comparison_json.hpp"

namespace ktlssim {

Json sample_json(const Sample& s) {
  return {{"n", s.n},
          {"min", number_json(s.min)},
          {"max", number_json(s.max)},
          {"median", number_json(s.median)},
          {"mean", number_json(s.mean)},
          {"stddev", number_json(s.stddev)}};
}

Json difference_json(const MetricComparison& m) {
  const Estimate& d = m.difference;
  Json difference{{"mean", number_json(d.mean)},
                  {"percent", number_json(m.percent(d.mean))},
                  {"n", d.n},
                  {"proven", m.proven()}};
  if (d.spread == Spread::deterministic)
    difference["deterministic"] = true;
  else
    difference["ci95"] = d.spread == Spread::interval ? Json{number_json(d.lo), number_json(d.hi)} : Json();
  return difference;
}

}  // namespace ktlssim
