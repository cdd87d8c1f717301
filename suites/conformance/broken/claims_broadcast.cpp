// Claims that every consumer gets every message, which is not true: Traits::broadcasts.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {

extern constinit const Mechanism claims_broadcast =
    broken::with_wrong_trait("claims_broadcast", "claims that every consumer gets every message",
                             [](Traits& traits) { traits.broadcasts = true; });

}  // namespace ipcmark
