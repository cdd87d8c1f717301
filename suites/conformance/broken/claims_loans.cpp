// Claims to lend its memory, which is not true: Traits::loans.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {

extern constinit const Mechanism claims_loans = broken::with_wrong_trait(
    "claims_loans", "claims to lend its memory", [](Traits& traits) { traits.loans = true; });

}  // namespace ipcmark
