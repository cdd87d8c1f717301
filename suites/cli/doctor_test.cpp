#include "suites/cli/doctor.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace ipcmark {
namespace {

const Finding governor{
    "frequency_governor", "warning", "The frequency governor is powersave.",
    "Processors that are often idle run slower than busy ones.",
    "`sudo cpupower frequency-set -g performance`, and a few more words to fill the line."};
const Finding lock{"memory_lock", "info", "A process may lock 8192 KiB of memory.", "A fault may show.",
                   "`ulimit -l`"};

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(DoctorText, fits_its_width_unless_a_command_is_longer) {
  for (const std::size_t width : {48U, 60U, 80U, 100U}) {
    for (const std::string& line : lines_of(doctor_text("a machine", {governor, lock}, width, false))) {
      if (line.starts_with("Verdict: ")) continue;
      EXPECT_TRUE(line.size() <= width || line.find('`') != std::string::npos) << width << ": " << line;
    }
  }
}

TEST(DoctorText, is_no_wider_than_100_columns_and_no_narrower_than_40) {
  Finding wordy = lock;
  for (int word = 0; word < 100; ++word) wordy.meaning += " word";
  std::size_t longest = 0;
  for (const std::string& line : lines_of(doctor_text("m", {wordy}, 500, false)))
    longest = std::max(longest, line.size());
  EXPECT_LE(longest, 100U);
  EXPECT_GT(longest, 90U);
  EXPECT_EQ(doctor_text("m", {wordy}, 0, false), doctor_text("m", {wordy}, 40, false));
}

TEST(DoctorText, never_breaks_a_command) {
  const std::string text = doctor_text("a machine", {governor}, 40, false);
  EXPECT_NE(text.find("`sudo cpupower frequency-set -g performance`"), std::string::npos) << text;
}

TEST(DoctorText, loses_no_word_and_marks_the_severity) {
  const std::string text = doctor_text("a machine", {governor, lock}, 50, false);
  std::istringstream wrapped(text), whole(governor.what + " " + governor.meaning + " " + lock.advice);
  std::string flat;
  for (std::string word; wrapped >> word;) flat += word + " ";
  for (std::string word; whole >> word;) EXPECT_NE(flat.find(word), std::string::npos) << word;
  EXPECT_NE(text.find("\nwarning  The frequency"), std::string::npos) << text;
  EXPECT_NE(text.find("\ninfo     A process"), std::string::npos) << text;
}

TEST(DoctorText, has_colours_only_when_asked) {
  EXPECT_EQ(doctor_text("m", {governor}, 80, false).find('\033'), std::string::npos);
  EXPECT_NE(doctor_text("m", {governor}, 80, true).find('\033'), std::string::npos);
}

TEST(DoctorText, ends_with_the_verdict_in_one_line) {
  const auto lines = lines_of(doctor_text("m", {governor, lock}, 80, false));
  EXPECT_EQ(lines.back(), verdict_of({governor, lock}));
}

TEST(DoctorVerdict, counts_warnings_and_notes_apart) {
  EXPECT_EQ(verdict_of({}), "Verdict: nothing found; this host is fit for measuring.");
  EXPECT_TRUE(verdict_of({lock}).starts_with("Verdict: 1 note, no warnings;"));
  EXPECT_TRUE(verdict_of({governor, lock, lock}).starts_with("Verdict: 1 warning, 2 notes;"));
}

TEST(DoctorJson, is_a_list_with_every_field) {
  const nlohmann::json list = to_json({governor, lock});
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[1], (nlohmann::json{{"id", "memory_lock"},
                                     {"severity", "info"},
                                     {"what", "A process may lock 8192 KiB of memory."},
                                     {"meaning", "A fault may show."},
                                     {"advice", "`ulimit -l`"}}));
  EXPECT_EQ(to_json({}), nlohmann::json::array());
}

TEST(DoctorCommand, prints_json_of_this_host_and_succeeds) {
  ::testing::internal::CaptureStdout();
  const int code = doctor_command(true);
  const auto printed = nlohmann::json::parse(::testing::internal::GetCapturedStdout());
  EXPECT_EQ(code, 0);
  EXPECT_EQ(printed["schema"], 1);
  EXPECT_FALSE(printed["machine"].get<std::string>().empty());
  for (const auto& finding : printed["findings"]) EXPECT_EQ(finding.size(), 5U);
}

TEST(DoctorCommand, prints_text_without_colours_when_it_is_not_on_a_terminal) {
  ::testing::internal::CaptureStdout();
  const int code = doctor_command(false);
  const std::string printed = ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(code, 0);
  EXPECT_TRUE(printed.starts_with("machine  ")) << printed;
  EXPECT_NE(printed.find("\nVerdict: "), std::string::npos);
  EXPECT_EQ(printed.find('\033'), std::string::npos);
}

}  // namespace
}  // namespace ipcmark
