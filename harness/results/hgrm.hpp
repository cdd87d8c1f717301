// Percentile distributions as text, in the form that HdrHistogram's tools plot (.hgrm).
#pragma once

#include <string>

#include "harness/results/record.hpp"

namespace ipcmark {

// All launches of a trial merged; values in nanoseconds. Empty when no launch has a latency.
std::string hgrm_of(const Trial&);

// Writes DIRECTORY/hgrm/<label with dots>.hgrm for every trial that has one.
void write_hgrm(const Result&, const std::string& directory);

}  // namespace ipcmark
