#include "harness/measure/placement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ipcmark {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Processors = std::vector<os::Processor>;

os::Topology host(Processors usable) {
  os::Topology made_up;
  made_up.usable = std::move(usable);
  return made_up;
}

const os::Topology one_core = host({{.id = 4, .core = 2}});
const os::Topology two_cores = host({{.id = 0, .core = 0}, {.id = 1, .core = 1}});
// As Linux numbers them on one socket: first every core, then their second threads.
const os::Topology threads =
    host({{.id = 0, .core = 0}, {.id = 1, .core = 1}, {.id = 2, .core = 0}, {.id = 3, .core = 1}});
// Two sockets of two cores each, numbered in turn.
const os::Topology sockets = host({{.id = 0, .core = 0, .socket = 0},
                                   {.id = 1, .core = 2, .socket = 1},
                                   {.id = 2, .core = 1, .socket = 0},
                                   {.id = 3, .core = 3, .socket = 1}});

class PlacementTest : public testing::Test {
 protected:
  std::optional<std::vector<unsigned>> places(Placement placement, const os::Topology& on,
                                              std::size_t roles = 2) {
    return place(placement, roles, on, reason_);
  }
  std::string reason_;
};

TEST_F(PlacementTest, OneCoreHasOnlyItself) {
  EXPECT_THAT(*places(Placement::same_core, one_core), ElementsAre(4, 4));
  EXPECT_FALSE(places(Placement::two_cores, one_core));
  EXPECT_THAT(reason_, HasSubstr("one core"));
  EXPECT_FALSE(places(Placement::smt_siblings, one_core));
  EXPECT_THAT(reason_, HasSubstr("two hardware threads"));
  EXPECT_FALSE(places(Placement::two_sockets, one_core));
  EXPECT_THAT(reason_, HasSubstr("one socket"));
}

TEST_F(PlacementTest, TwoCoresAreNoSiblings) {
  EXPECT_THAT(*places(Placement::same_core, two_cores), ElementsAre(0, 0));
  EXPECT_THAT(*places(Placement::two_cores, two_cores), ElementsAre(0, 1));
  EXPECT_FALSE(places(Placement::smt_siblings, two_cores));
  EXPECT_FALSE(places(Placement::two_sockets, two_cores));
}

TEST_F(PlacementTest, TwoThreadsOfOneCoreAreSiblingsAndNotTwoCores) {
  EXPECT_THAT(*places(Placement::smt_siblings, threads), ElementsAre(0, 2));
  EXPECT_THAT(*places(Placement::two_cores, threads), ElementsAre(0, 1));
  const os::Topology one_core_two_threads = host({{.id = 0, .core = 0}, {.id = 1, .core = 0}});
  EXPECT_FALSE(places(Placement::two_cores, one_core_two_threads));
  EXPECT_THAT(*places(Placement::smt_siblings, one_core_two_threads), ElementsAre(0, 1));
}

TEST_F(PlacementTest, TwoCoresAreOfOneSocketAndTwoSocketsAreNot) {
  EXPECT_THAT(*places(Placement::two_cores, sockets), ElementsAre(0, 2));
  EXPECT_THAT(*places(Placement::two_sockets, sockets), ElementsAre(0, 1));
  EXPECT_FALSE(places(Placement::smt_siblings, sockets));
}

TEST_F(PlacementTest, TwoCoresOfTwoSocketsAreNotTwoCoresOfOne) {
  const os::Topology one_of_each =
      host({{.id = 0, .core = 0, .socket = 0}, {.id = 1, .core = 1, .socket = 1}});
  EXPECT_FALSE(places(Placement::two_cores, one_of_each));
  EXPECT_THAT(*places(Placement::two_sockets, one_of_each), ElementsAre(0, 1));
}

TEST_F(PlacementTest, MoreRolesThanProcessorsShareThemInTurn) {
  EXPECT_THAT(*places(Placement::two_cores, two_cores, 5), ElementsAre(0, 1, 0, 1, 0));
  EXPECT_THAT(*places(Placement::same_core, two_cores, 3), ElementsAre(0, 0, 0));
}

TEST_F(PlacementTest, UnpinnedIsEverywherePossibleAndPinsNobody) {
  for (const auto* any : {&one_core, &two_cores, &threads, &sockets})
    EXPECT_THAT(*places(Placement::unpinned, *any), IsEmpty());
  EXPECT_THAT(*places(Placement::unpinned, host({})), IsEmpty());
}

TEST_F(PlacementTest, NothingIsPossibleWithoutAProcessor) {
  EXPECT_FALSE(places(Placement::same_core, host({})));
  EXPECT_THAT(reason_, HasSubstr("no processor"));
}

TEST(PlacementName, EveryOneIsFoundByItsName) {
  for (const Placement placement : every_placement) EXPECT_EQ(placement_named(name_of(placement)), placement);
  EXPECT_EQ(placement_named("three_cores"), std::nullopt);
  EXPECT_EQ(placement_named(""), std::nullopt);
}

}  // namespace
}  // namespace ipcmark
