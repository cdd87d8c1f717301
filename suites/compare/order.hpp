// In which order alternatives are launched, so that a drift of the machine, and what one launch leaves behind
// for the next, hit all of them alike.
#pragma once

#include <cstddef>
#include <random>
#include <vector>

namespace ipcmark {

// One block: for two alternatives A B B A or B A A B, for more a Williams square (Williams, "Experimental
// designs balanced for the estimation of residual effects of treatments", 1949): every alternative stands
// equally often at every place and after every other. Rows hold the numbers of the alternatives; who is
// which, and the order of the rows, is drawn anew for every block.
std::vector<std::vector<std::size_t>> balanced_block(std::size_t alternatives, std::mt19937_64& random);

}  // namespace ipcmark
