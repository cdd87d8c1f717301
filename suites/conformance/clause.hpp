// A clause of a contract: one assertion about a mechanism or a facility that a test between real processes
// can decide. READ THIS BEFORE YOU WRITE ONE.
//
//   ipcmark verify  ->  one process per case, in which the clause is a GoogleTest named
//                       "PIPE-02 WritesOfUpToPipeBufAreNeverInterleaved" (verify.hpp)
//                   ->  actors, the processes that the clause is about (actor.hpp), or the two ends of a link
//                       (ends.hpp)
//
// A body uses EXPECT_ and ASSERT_ of GoogleTest for what the clause asserts, and only for that. It throws for
// everything else: Unsupported when this host lacks the facility or this process the capability (say which,
// and which limit), Inconclusive when the probe had no power, any other exception when its set-up is broken.
// A body that returns without having asserted anything is broken, too. It never sleeps to wait for another
// process, and sets no limit on time: that is the watchdog's, and its expiry is the outcome `hang`.
//
// Ids are those of the catalogue of contracts; a number that is not there is never invented.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harness/mechanism.hpp"

namespace ipcmark {

enum class Outcome : std::uint8_t {
  pass,
  fail,
  expected_deviation,  // this system does not do what is documented, and that is known: Clause::deviation
  unexpected_pass,     // a known deviation that is not there any more; fails the run
  unsupported,         // this host lacks what is needed
  broken_setup,        // the test could not be made; fails the run
  inconclusive,        // the probe had no power to decide
  hang                 // the watchdog had to end it; fails the run
};
std::string_view name_of(Outcome) noexcept;
std::optional<Outcome> outcome_named(std::string_view) noexcept;
constexpr bool fails_the_run(Outcome outcome) noexcept {
  return outcome == Outcome::fail || outcome == Outcome::unexpected_pass ||
         outcome == Outcome::broken_setup || outcome == Outcome::hang;
}

// What `ipcmark verify` lists it under, and which option selects it.
enum class Kind : std::uint8_t { contract, contention, fault, guarantee };
std::string_view name_of(Kind) noexcept;

struct Clause {
  std::string_view id;  // "PIPE-02"
  std::string_view
      title;  // the assertion as a sentence in one word: "WritesOfUpToPipeBufAreNeverInterleaved"
  std::string_view source;  // where it is documented: "pipe(7), PIPE_BUF"

  // One of the two: of a facility of the system, or of every mechanism whose traits it applies to.
  void (*body)() = nullptr;
  void (*of)(const Mechanism&) = nullptr;
  bool (*applies)(const Traits&) = nullptr;

  // Where documents and behaviour disagree; the title says what is asserted.
  std::string_view documented = {}, observed = {};
  // Why this system is known to fail the clause, and since when or where that is said. The body then still
  // asserts what the title says. What a single mechanism is known for stands in its table: Mechanism::known.
  std::string_view deviation = {};
  bool (*deviates)() = nullptr;  // whether this host is such a system; null: every one is
  Kind kind = Kind::contract;
  bool alone = false;  // uses up a limit that other processes share: nothing else may run beside it
  bool slow = false;   // takes seconds: left out of the quick form
  // The id of a clause that shows the power of this one's probe, and runs with it: unless it passes, a pass
  // is inconclusive.
  std::string_view control = {};

  bool is_to_fail() const { return !deviation.empty() && (deviates == nullptr || deviates()); }
};

// A clause of the catalogue that has no test, and why.
struct LeftOut {
  std::string_view id, reason;
};

// A section of the catalogue; its clauses lie in one file. Every number from 1 to `count` is a clause or left
// out.
struct Section {
  std::string_view name;  // "PIPE"
  unsigned count = 0;     // clauses of the catalogue; 0: a section of our own
  std::span<const Clause> clauses;
  std::span<const LeftOut> left_out = {};
};

struct Inconclusive : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// A failed assertion after which a body cannot go on.
struct Failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A clause and the mechanism that it is checked for; null for a facility.
struct Case {
  const Clause* clause = nullptr;
  const Mechanism* mechanism = nullptr;
  std::string name() const;  // "GEN-05 OneReceiveReturnsExactlyOneMessage/unix_seqpacket"
};

// In the order of the catalogue: contracts/linux/sections.cpp, contracts/windows/sections.cpp.
std::span<const Section* const> sections();
// One of a program's own, before its main looks at its arguments.
void add_section(const Section&);

// Every case of this program: facilities once, generic clauses for each mechanism that they apply to.
std::vector<Case> every_case();

// Why it failed so, or hung, if that is known of its mechanism. Null: nothing of it is, or not all.
const KnownFailure* known_failure(const Case&, const std::vector<std::string>& failures);

// How a case is run, as its body sees it.
struct CaseSettings {
  std::uint64_t seed = 1;  // of everything that is drawn
  bool quick = false;      // the short form: fewer repetitions
  std::string out;    // a directory for what is kept of this case; may not exist yet; empty: keep nothing
  bool keep = false;  // also what a case that passes would remove
  bool touch_clipboard = false;  // Options::touch_clipboard of every link
  // Of contention, where the command line says so; 0 or empty: as usual.
  unsigned producers = 0, consumers = 0;
  std::uint32_t messages = 0;  // of each producer
  std::string perturb;         // "none", or some of "sleep,affinity,signal"
};

// Within a body: adds to what the result says was seen, whatever the outcome ("84 of 100 were swallowed").
void observe(const std::string& what);
// Within a body: a figure or a fact that the result carries beside its outcome, also when the body then
// hangs.
void record(const std::string& name, const nlohmann::json& value);
const CaseSettings& case_settings() noexcept;

// What a process that was started as `ipcmark --clause` does: reads from os::first_handle() which case it is,
// runs it, and writes what came of it (verify.hpp). Returns the exit code.
int clause_main();

}  // namespace ipcmark
