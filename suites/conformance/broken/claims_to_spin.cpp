// Claims that its receive can spin, which is not true: Traits::waits.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {

extern constinit const Mechanism claims_to_spin = broken::with_wrong_trait(
    "claims_to_spin", "claims that its receive can spin", [](Traits& traits) { traits.waits.spin = true; });

}  // namespace ipcmark
