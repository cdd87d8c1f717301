// Who reaches a mechanism, and what else comes with a message: each trait against the kernel objects that are
// really there.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>

#include "harness/run/session.hpp"
#include "suites/workloads/launch.hpp"

namespace ipcmark {
namespace {

class EveryMechanism : public testing::TestWithParam<const Mechanism*> {
 protected:
  // Nothing, with a skip, where this host lacks it.
  std::unique_ptr<Link> link() {
    try {
      return GetParam()->create({.run = session_.id(), .link = session_.next_link()});
    } catch (const Unsupported& lacking) {
      skipped_ = lacking.what();
      return nullptr;
    }
  }
  const Traits& traits() const { return GetParam()->traits; }
  Session session_;
  std::string skipped_;
};
// Those that are broken on purpose make no promise of this kind.
std::vector<const Mechanism*> sound_ones() {
  std::vector<const Mechanism*> found;
  std::copy_if(mechanisms().begin(), mechanisms().end(), std::back_inserter(found),
               [](const Mechanism* one) { return one->traits.family != "broken"; });
  return found;
}
INSTANTIATE_TEST_SUITE_P(Reach, EveryMechanism, testing::ValuesIn(sound_ones()),
                         [](const auto& one) { return std::string(one.param->traits.name); });

// AF_UNIX, AF_INET; AF_UNSPEC for what is no socket.
int domain_of(os::RawHandle handle) {
  int domain = AF_UNSPEC;
  socklen_t size = sizeof domain;
  ::getsockopt(static_cast<int>(handle), SOL_SOCKET, SO_DOMAIN, &domain, &size);
  return domain;
}
bool has_socket_of(int domain, const Ticket& ticket) {
  return std::any_of(ticket.handles.begin(), ticket.handles.end(),
                     [=](os::RawHandle handle) { return domain_of(handle) == domain; });
}

// A side without handles finds the other by its address. Where both have some, one may be who has made the
// name, as a server makes the socket on which it listens.
TEST_P(EveryMechanism, IsNamedWhereASideIsGivenNoHandlesAndOnlyWhereThereIsAnAddress) {
  const auto made = link();
  if (!made) GTEST_SKIP() << skipped_;
  if (traits().framing == Framing::none) GTEST_SKIP() << "nothing is transferred";
  const Ticket producer = made->ticket(Role::producer), consumer = made->ticket(Role::consumer);
  if (traits().named) {
    EXPECT_TRUE(!producer.address.empty() || !consumer.address.empty() || has_socket_of(AF_INET, consumer));
  } else {
    EXPECT_FALSE(producer.handles.empty() || consumer.handles.empty());
  }
}

TEST_P(EveryMechanism, PassesDescriptorsWhenItsHandlesAreUnixSockets) {
  const auto made = link();
  if (!made) GTEST_SKIP() << skipped_;
  if (traits().framing == Framing::signal) GTEST_SKIP() << "there is no message that could bring one";
  const Ticket producer = made->ticket(Role::producer), consumer = made->ticket(Role::consumer);
  if (!traits().needs.empty()) GTEST_SKIP() << "it goes through " << traits().needs;
  EXPECT_EQ(traits().passes_descriptors,
            has_socket_of(AF_UNIX, producer) || has_socket_of(AF_UNIX, consumer));
}

// The name of a counterpart is that of a mechanism of the other system: mechanisms/CMakeLists.txt.
TEST(Counterparts, ExistOnTheOtherSystem) {
  const std::string known = "," IPCMARK_EVERY_SYSTEM ",";
  int seen = 0;
  for (const Mechanism* mechanism : mechanisms()) {
    const std::string_view counterpart = mechanism->traits.counterpart;
    if (counterpart.empty()) continue;
    ++seen;
    EXPECT_EQ(mechanism_named(counterpart), nullptr) << counterpart << " is of this system";
    EXPECT_NE(known.find("," + std::string(counterpart) + ","), std::string::npos) << counterpart;
  }
  EXPECT_GT(seen, 0);
}

TEST(SourceFacts, AreOfEveryMechanismInItsOrder) {
  ASSERT_EQ(source_facts().size(), mechanisms().size());
  for (std::size_t k = 0; k < mechanisms().size(); ++k) {
    EXPECT_EQ(source_facts()[k].mechanism, mechanisms()[k]->traits.name);
    EXPECT_GT(source_facts()[k].lines, 0U);
    EXPECT_FALSE(source_facts()[k].systems.empty());
  }
}

const SourceFacts& facts_of(std::string_view name) {
  return *std::find_if(source_facts().begin(), source_facts().end(),
                       [&](const SourceFacts& facts) { return facts.mechanism == name; });
}

TEST(SourceFacts, CountTheLinesOfWhatAFileIncludes) {
  EXPECT_GT(facts_of("uring_unix").lines, facts_of("unix_stream").lines + 150);
  EXPECT_EQ(facts_of("uring_unix").libraries, "liburing");
  EXPECT_EQ(facts_of("shm_spsc").systems, "linux,windows");
  EXPECT_EQ(facts_of("unix_stream").systems, "linux");
}

}  // namespace
}  // namespace ipcmark
