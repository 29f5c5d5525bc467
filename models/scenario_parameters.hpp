// Parameters of a scenario but those of its traffic: /ktls, /tls, /faults, /what_if and /measure.
#pragma once

#include "models/parameter_visitor.hpp"
#include "models/scenario.hpp"

namespace ktlssim {

void describe(ParameterVisitor& v, KtlsParameters& p);
void describe(ParameterVisitor& v, TlsParameters& p);
void describe(ParameterVisitor& v, FaultParameters& p);
void describe(ParameterVisitor& v, WhatIfParameters& p);
void describe(ParameterVisitor& v, MeasureParameters& p);

}  // namespace ktlssim
