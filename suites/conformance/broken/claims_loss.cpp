// Claims to lose what finds no room, which is not true: Traits::delivery.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {

extern constinit const Mechanism claims_loss =
    broken::with_wrong_trait("claims_loss", "claims to lose what finds no room",
                             [](Traits& traits) { traits.delivery = Delivery::lossy; });

}  // namespace ipcmark
