#include "suites/compare/order.hpp"

#include <algorithm>
#include <numeric>

namespace ipcmark {
namespace {

using Row = std::vector<std::size_t>;

// 0, 1, n-1, 2, n-2, ...: neighbours differ by every amount once.
Row first_row(std::size_t n) {
  Row row{0};
  for (std::size_t low = 1, high = n - 1; row.size() < n; ++low, --high) {
    row.push_back(low);
    if (row.size() < n) row.push_back(high);
  }
  return row;
}

// An odd number of alternatives needs every row a second time, backwards.
std::vector<Row> williams(std::size_t n) {
  std::vector<Row> rows;
  for (std::size_t shift = 0; shift < n; ++shift) {
    Row row = first_row(n);
    for (std::size_t& one : row) one = (one + shift) % n;
    rows.push_back(row);
    if (n % 2 == 0) continue;
    std::reverse(row.begin(), row.end());
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::vector<Row> balanced_block(std::size_t alternatives, std::mt19937_64& random) {
  std::vector<Row> rows = williams(alternatives);
  Row who(alternatives);
  std::iota(who.begin(), who.end(), std::size_t{0});
  std::shuffle(who.begin(), who.end(), random);
  for (Row& row : rows) {
    for (std::size_t& one : row) one = who[one];
  }
  std::shuffle(rows.begin(), rows.end(), random);
  return rows;
}

}  // namespace ipcmark
