// Nothing is wrong with it: it asks for the clipboard, as one must that would change it.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class AsksFirstLink final : public broken::HonestLink {
 public:
  explicit AsksFirstLink(const Options& options) : HonestLink(allowed(options)) {}

 private:
  static const Options& allowed(const Options& options) {
    need_the_clipboard(options);
    return options;
  }
};

constexpr Mechanism asking() {
  Mechanism result =
      broken::mechanism<broken::HonestEndpoint>("asks_first", "is used only where the clipboard may change");
  result.create = create_as<AsksFirstLink>;
  return result;
}

}  // namespace

extern constinit const Mechanism asks_first = asking();

}  // namespace ipcmark
