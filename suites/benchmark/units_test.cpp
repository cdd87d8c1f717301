#include "suites/benchmark/units.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/errors.hpp"

namespace ipcmark {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ParseSize, UnitsArePowersOf1024) {
  EXPECT_EQ(parse_size("64"), 64U);
  EXPECT_EQ(parse_size("64B"), 64U);
  EXPECT_EQ(parse_size("4KiB"), 4096U);
  EXPECT_EQ(parse_size("4k"), 4096U);
  EXPECT_EQ(parse_size("4K"), 4096U);
  EXPECT_EQ(parse_size("1M"), 1U << 20);
  EXPECT_EQ(parse_size("1MiB"), 1U << 20);
  EXPECT_EQ(parse_size("2GiB"), std::size_t{2} << 30);
  EXPECT_EQ(parse_size("2G"), std::size_t{2} << 30);
}

TEST(ParseSize, AFractionOfAUnitIsTakenWhenItIsWholeBytes) {
  EXPECT_EQ(parse_size("1.5KiB"), 1536U);
  EXPECT_THROW(parse_size("1.5"), UsageError);
}

TEST(ParseSize, ABlankMayStandBeforeTheUnit) { EXPECT_EQ(parse_size("4 KiB"), 4096U); }

TEST(ParseSize, AnythingElseIsRefusedWithWhatToWrite) {
  for (const char* text : {"", "KiB", "-1", "4XB", "4kb", "4 KiB x", "0x10", "nan", "inf", "1e30", "64,"}) {
    try {
      parse_size(text);
      ADD_FAILURE() << "taken: " << text;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr("'" + std::string(text) + "' is not a size; write"));
    }
  }
}

TEST(ParseRate, UnitsArePowersOf1000) {
  EXPECT_EQ(parse_rate("500"), 500U);
  EXPECT_EQ(parse_rate("20k"), 20'000U);
  EXPECT_EQ(parse_rate("1.5M"), 1'500'000U);
}

TEST(ParseRate, AnythingElseIsRefusedWithWhatToWrite) {
  for (const char* text : {"", "0", "0.5", "-1", "20KiB", "k", "2G", "nan", "1/s"}) {
    try {
      parse_rate(text);
      ADD_FAILURE() << "taken: " << text;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr("'" + std::string(text) + "' is not a rate; write"));
    }
  }
}

TEST(ParseDuration, EveryUnitIsKnown) {
  EXPECT_DOUBLE_EQ(parse_duration("250us"), 250e-6);
  EXPECT_DOUBLE_EQ(parse_duration("100ms"), 0.1);
  EXPECT_DOUBLE_EQ(parse_duration("2s"), 2);
  EXPECT_DOUBLE_EQ(parse_duration("1.5m"), 90);
  EXPECT_DOUBLE_EQ(parse_duration("2min"), 120);
  EXPECT_DOUBLE_EQ(parse_duration("2 s"), 2);
}

TEST(ParseDuration, AnythingElseIsRefusedWithWhatToWrite) {
  for (const char* text : {"", "100", "s", "0s", "-1s", "1h", "1 s 5", "nans", "infs"}) {
    try {
      parse_duration(text);
      ADD_FAILURE() << "taken: " << text;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr("'" + std::string(text) + "' is not a time; write"));
    }
  }
}

TEST(ShowSize, UsesAUnitOnlyWhenItIsExact) {
  EXPECT_EQ(show_size(64), "64 B");
  EXPECT_EQ(show_size(1023), "1023 B");
  EXPECT_EQ(show_size(1024), "1 KiB");
  EXPECT_EQ(show_size(1025), "1025 B");
  EXPECT_EQ(show_size(1536), "1536 B");
  EXPECT_EQ(show_size(65536), "64 KiB");
  EXPECT_EQ(show_size(1 << 20), "1 MiB");
}

TEST(ShowSize, IsReadBackAsTheSameSize) {
  for (const std::size_t size : {8U, 1000U, 1024U, 4096U, 65536U, 1U << 20, 64U << 20})
    EXPECT_EQ(parse_size(show_size(size)), size);
}

TEST(ShowNs, HasThreeSignificantDigitsAndARisingUnit) {
  EXPECT_EQ(show_ns(0.5), "0.50 ns");
  EXPECT_EQ(show_ns(2.514), "2.51 ns");
  EXPECT_EQ(show_ns(25.14), "25.1 ns");
  EXPECT_EQ(show_ns(251), "251 ns");
  EXPECT_EQ(show_ns(2510), "2.51 us");
  EXPECT_EQ(show_ns(1.2e6), "1.20 ms");
  EXPECT_EQ(show_ns(3e9), "3.00 s");
}

TEST(ShowNs, RoundingNeverShowsAFourthDigit) {
  EXPECT_EQ(show_ns(9.996), "10.0 ns");
  EXPECT_EQ(show_ns(99.96), "100 ns");
  EXPECT_EQ(show_ns(999.4), "999 ns");
  EXPECT_EQ(show_ns(999.6), "1.00 us");
  EXPECT_EQ(show_ns(999'600), "1.00 ms");
}

TEST(ShowRate, UsesPowersOfAThousand) {
  EXPECT_EQ(show_rate(950), "950 /s");
  EXPECT_EQ(show_rate(1.25e6), "1.25 M/s");
  EXPECT_EQ(show_bytes_rate(3.1e9), "3.10 GB/s");
  EXPECT_EQ(show_bytes_rate(1024), "1.02 kB/s");
}

TEST(ShowDuration, IsRoundedUpToSecondsAndMinutes) {
  EXPECT_EQ(show_duration(0.2), "1 s");
  EXPECT_EQ(show_duration(12), "12 s");
  EXPECT_EQ(show_duration(59.5), "1 min 00 s");
  EXPECT_EQ(show_duration(185), "3 min 05 s");
  EXPECT_EQ(show_duration(3600), "1 h 00 min");
  EXPECT_EQ(show_duration(2 * 3600 + 5 * 60 + 59), "2 h 05 min");
}

TEST(SplitList, CommasSeparateAndEmptyEntriesAreDropped) {
  EXPECT_THAT(split_list({"a,b c"}), ElementsAre("a", "b c"));
  EXPECT_THAT(split_list({"a", "b,c"}), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split_list({",a,,b,"}), ElementsAre("a", "b"));
  EXPECT_THAT(split_list({"", ","}), IsEmpty());
  EXPECT_THAT(split_list({}), IsEmpty());
}

TEST(Matches, AStarIsAnyTextAndAQuestionMarkOneLetter) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("*", "fifo"));
  EXPECT_TRUE(matches("shm_*", "shm_spsc"));
  EXPECT_TRUE(matches("shm_*", "shm_"));
  EXPECT_FALSE(matches("shm_*", "shm"));
  EXPECT_TRUE(matches("*_s*c", "shm_spsc"));
  EXPECT_TRUE(matches("f?fo", "fifo"));
  EXPECT_FALSE(matches("fifo?", "fifo"));
  EXPECT_FALSE(matches("?", ""));
}

TEST(Matches, WithoutThemItIsEquality) {
  EXPECT_TRUE(matches("fifo", "fifo"));
  EXPECT_FALSE(matches("fif", "fifo"));
  EXPECT_FALSE(matches("fifo", "fif"));
  EXPECT_FALSE(matches("", "fifo"));
  EXPECT_TRUE(matches("", ""));
}

TEST(Suggestion, NamesWhatIsNear) {
  const std::vector<std::string> known{"shm_spsc", "shm_mutex", "fifo", "unix_stream"};
  EXPECT_EQ(suggestion("shm_spcs", known), "did you mean shm_spsc?");
  EXPECT_EQ(suggestion("fifa", known), "did you mean fifo?");
  EXPECT_EQ(suggestion("stream", known), "did you mean unix_stream?");
  EXPECT_EQ(suggestion("shm", known), "did you mean shm_spsc or shm_mutex?");
}

TEST(Suggestion, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(suggestion("carrier_pigeon", {"fifo", "shm_spsc"}), "");
  EXPECT_EQ(suggestion("anything", {}), "");
}

}  // namespace
}  // namespace ipcmark
