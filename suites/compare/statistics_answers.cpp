// Answers questions about the statistics of harness/measure, so that test_statistics.py can set them against
// those of scipy: a JSON array from stdin, and one of as many answers to stdout.
//
//     {"ask": "median_interval", "values": [...], "coverage": 0.95}      [median, low, high, coverage]
//     {"ask": "above" or "below", "values": [...], "bound": 0}           p
//     {"ask": "fewest", "coverage": 0.95}                                number of values
//     {"ask": "holm", "values": [p...], "alpha": 0.05}                   [whether it is rejected...]
//     {"ask": "log_ratios", "values": [...], "others": [...]}            [log ratio...]
//     {"ask": "jain", "values": [...]}                                   index
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "harness/measure/paired.hpp"

namespace {

using nlohmann::json;

json answer_to(const json& question) {
  using namespace ipcmark;
  const std::string ask = question.at("ask");
  const auto values = question.value("values", std::vector<double>{});
  if (ask == "median_interval") {
    const Interval found = median_interval(values, question.at("coverage"));
    return {found.median, found.low, found.high, found.coverage};
  }
  if (ask == "above") return p_of_above(values, question.at("bound"));
  if (ask == "below") return p_of_below(values, question.at("bound"));
  if (ask == "fewest") return fewest_for(question.at("coverage"));
  if (ask == "holm") return holm(values, question.at("alpha"));
  if (ask == "log_ratios") return log_ratios(values, question.at("others").get<std::vector<double>>());
  if (ask == "jain") return jain_index(values);
  throw std::invalid_argument("no answer to " + ask);
}

}  // namespace

int main() {
  json answers = json::array();
  for (const json& question : json::parse(std::cin)) answers.push_back(answer_to(question));
  std::cout << answers << '\n';
}
