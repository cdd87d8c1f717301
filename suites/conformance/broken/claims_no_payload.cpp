// Claims to carry wake-ups only, which is not true: Traits::framing.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {

extern constinit const Mechanism claims_no_payload =
    broken::with_wrong_trait("claims_no_payload", "claims to carry wake-ups only",
                             [](Traits& traits) { traits.framing = Framing::signal; });

}  // namespace ipcmark
