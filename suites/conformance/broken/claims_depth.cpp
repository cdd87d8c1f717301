// Claims that its depth can be chosen, which is not true: Traits::axes.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {

extern constinit const Mechanism claims_depth = broken::with_wrong_trait(
    "claims_depth", "claims that its depth can be chosen", [](Traits& traits) { traits.axes.depth = true; });

}  // namespace ipcmark
