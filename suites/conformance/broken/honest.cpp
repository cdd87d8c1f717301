// Nothing is wrong with it: what no clause may object to.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {

extern constinit const Mechanism honest =
    broken::mechanism<broken::HonestEndpoint>("honest", "carries messages as it should");

}  // namespace ipcmark
