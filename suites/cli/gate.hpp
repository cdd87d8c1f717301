// What the commands compare, gate and baseline do.
#pragma once

#include <string>

#include "suites/cli/compare_options.hpp"

namespace ipcmark {

struct GateOptions {
  CompareOptions compare;
  std::string junit, markdown, json;
  bool github = false, strict = false, self_test = false;
};

struct BaselineOptions {
  std::string name, result, store;
  bool replace = false;
};

// Each returns the exit code of the program.
int compare_command(const CompareOptions&);
int gate_command(const GateOptions&);
int self_test_command();
int save_baseline(const BaselineOptions&);
int list_baselines(const BaselineOptions&);
int show_baseline(const BaselineOptions&);
int remove_baseline(const BaselineOptions&);

}  // namespace ipcmark
