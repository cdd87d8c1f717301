// Nothing is wrong with it but that it says so, of clauses that only a test has.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

constexpr KnownFailure known[]{{.clauses = "ODD-", .told = "the known way", .why = "this is no clause"},
                               {.clauses = "ODD-04", .told = "no end within", .why = "nobody ends it"}};

constexpr Mechanism admitting() {
  Mechanism result =
      broken::mechanism<broken::HonestEndpoint>("known_to_fail", "says what it does not keep at times");
  result.known = known;
  return result;
}

}  // namespace

extern constinit const Mechanism known_to_fail = admitting();

}  // namespace ipcmark
