// Claims to be an object that stays until it is removed, which is not true: Traits::lifetime.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {

extern constinit const Mechanism claims_kernel_lifetime = broken::with_wrong_trait(
    "claims_kernel_lifetime", "claims to be an object that stays until it is removed",
    [](Traits& traits) { traits.lifetime = Lifetime::kernel; });

}  // namespace ipcmark
