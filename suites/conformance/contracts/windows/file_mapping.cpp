// WFM: file mappings of the paging file.
#include <gtest/gtest.h>

#include "suites/conformance/contracts/sections.hpp"
#include "suites/conformance/contracts/windows/puppet.hpp"

namespace ipcmark {
namespace {

using namespace windows;

const std::string reads_and_writes = " " + std::to_string(FILE_MAP_READ | FILE_MAP_WRITE);
const std::string reads = " " + std::to_string(FILE_MAP_READ);

void map(Puppet& puppet, const std::string& name, int size = 65536) {
  ask(puppet, "mapping p " + name + " " + std::to_string(size));
  require_done(puppet, "view v p" + reads_and_writes);
}

void it_is_filled_with_zeroes() {
  Puppet one, other;
  const std::string name = fresh_name();
  map(one, name);
  map(other, name);
  for (Puppet* each : {&one, &other}) EXPECT_EQ(ask(*each, "sum v"), "0");
}

void one_name_is_one_memory() {
  const std::string name = fresh_name(), open = "open_mapping p " + name + reads_and_writes;
  Puppet one, other, third;
  map(one, name);
  EXPECT_EQ(ask(other, open), "ok");
  require_done(other, "view v p" + reads_and_writes);
  EXPECT_EQ(ask(one, "poke v 4711"), "ok");
  EXPECT_EQ(ask(other, "peek v"), "4711");
  one.kill();
  EXPECT_EQ(ask(third, open), "ok");
  require_done(third, "close p");
  other.kill();
  EXPECT_EQ(ask(third, open), "ERROR_FILE_NOT_FOUND");
}

void views_are_coherent() {
  constexpr int additions = 100'000;
  Puppet one, other;
  const std::string name = fresh_name();
  for (Puppet* each : {&one, &other}) map(*each, name);
  for (Puppet* each : {&one, &other}) each->say("add v " + std::to_string(additions));
  for (Puppet* each : {&one, &other}) EXPECT_EQ(each->hear(), "ok");
  for (Puppet* each : {&one, &other}) EXPECT_EQ(ask(*each, "peek v"), std::to_string(2 * additions));
}

void a_view_to_read_cannot_be_written_to() {
  Puppet one, other;
  const std::string name = fresh_name();
  map(one, name);
  require_done(other, "open_mapping p " + name + reads);
  require_done(other, "view v p" + reads);
  EXPECT_EQ(ask(one, "poke v 4711"), "ok");
  EXPECT_EQ(ask(other, "peek v"), "4711");
  EXPECT_EQ(ask(other, "view w p" + reads_and_writes), "ERROR_ACCESS_DENIED");
  other.say("poke v 1");
  EXPECT_EQ(static_cast<DWORD>(other.wait().code), STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(ask(one, "peek v"), "4711");
}

void the_size_of_one_that_exists_stays() {
  Puppet one, other;
  const std::string name = fresh_name();
  EXPECT_EQ(ask(one, "mapping p " + name + " 65536"), "created");
  EXPECT_EQ(ask(other, "mapping p " + name + " 1048576"), "exists");
  EXPECT_EQ(ask(other, "view v p" + reads_and_writes), "65536");
}

void contents_outlive_their_creator() {
  Puppet creator, other, third;
  const std::string name = fresh_name();
  map(creator, name);
  map(other, name);
  EXPECT_EQ(ask(creator, "poke v 4711"), "ok");
  creator.kill();
  EXPECT_EQ(ask(other, "peek v"), "4711");
  map(third, name);
  EXPECT_EQ(ask(third, "peek v"), "4711");
}

constexpr Clause table[]{
    {.id = "WFM-01",
     .title = "PagesOfThePagingFileAreZeroes",
     .source = "Microsoft, CreateFileMapping, Remarks",
     .body = it_is_filled_with_zeroes},
    {.id = "WFM-02",
     .title = "OneNameIsOneMemoryUntilTheLastHandleGoes",
     .source = "Microsoft, CreateFileMapping, lpName",
     .body = one_name_is_one_memory},
    {.id = "WFM-03",
     .title = "ViewsOfSeveralProcessesAreCoherent",
     .source = "Microsoft, MapViewOfFile, Remarks",
     .body = views_are_coherent},
    {.id = "WFM-04",
     .title = "AWriteToAViewForReadingIsAnAccessViolation",
     .source = "Microsoft, MapViewOfFile, FILE_MAP_READ",
     .body = a_view_to_read_cannot_be_written_to},
    {.id = "WFM-05",
     .title = "TheSizeOfAMappingThatExistsStays",
     .source = "Microsoft, CreateFileMapping, Return value",
     .body = the_size_of_one_that_exists_stays},
    {.id = "WFM-07",
     .title = "ContentsOutliveTheirCreator",
     .source = "Microsoft, CreateFileMapping, Remarks",
     .body = contents_outlive_their_creator},
};

constexpr LeftOut left_out[]{
    {.id = "WFM-06",
     .reason =
         "whether a name in Global\\ needs SeCreateGlobalPrivilege shows only between two sessions of a "
         "host, and only without the privilege, which services and administrators have; Wine has no "
         "sessions"},
};

}  // namespace

const Section win_mapping_section{.name = "WFM", .count = 7, .clauses = table, .left_out = left_out};

}  // namespace ipcmark
