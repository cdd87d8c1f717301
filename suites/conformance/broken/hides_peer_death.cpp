// Claims that nobody sees a death, which is not true: Traits::sees_peer_death.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {

extern constinit const Mechanism hides_peer_death =
    broken::with_wrong_trait("hides_peer_death", "claims that nobody sees a death",
                             [](Traits& traits) { traits.sees_peer_death = false; });

}  // namespace ipcmark
