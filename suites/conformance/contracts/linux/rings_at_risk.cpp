// LFQ: producers that are killed in the middle of a message, and consumers that go to sleep as it comes.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/ptrace.h>

#include <sstream>

#include "harness/loan.hpp"
#include "harness/os/cpu.hpp"
#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/linux/rings.hpp"

namespace ipcmark {
namespace {

std::span<const std::byte> bytes_of(const std::uint64_t& number) {
  return std::as_bytes(std::span(&number, 1));
}

// Publishes one message, and is killed with another one half written.
void loan_and_never_publish(Stage& stage, Endpoint& base) {
  auto& end = dynamic_cast<LoanEndpoint&>(base);
  const std::string text = "before";
  stage.say(result_of(end.send(std::as_bytes(std::span(text)))));
  const Slot<std::byte> slot = end.loan(text.size());
  if (slot.status != Status::ok) return stage.say("no room");
  copy_bytes(slot.bytes.data(), text.data(), text.size() / 2);
  stage.say("loaned");
  Stage::wait_to_be_killed();
}

// Whether an actor that was told to receive sleeps, instead of saying what it got.
bool waits_in_vain(const Actor& actor) {
  std::ignore = happens([] { return false; }, {actor.id()});
  const std::optional<Asleep> seen = asleep(actor.id());
  return seen && !seen->dead && !seen->for_a_line;
}

void killed_with_a_loan(const Mechanism& mechanism) {
  const Traits& traits = mechanism.traits;
  Ends ends(mechanism, {.depth = 8});
  Actor& consumer = ends.start(Role::consumer, obey);
  Actor& victim = ends.start(Role::producer, loan_and_never_publish);
  Actor* const other = traits.many_producers ? &ends.start(Role::producer, obey) : nullptr;
  ends.hand_over();
  EXPECT_EQ(victim.hear(), "ok");
  EXPECT_EQ(victim.hear(), "loaned");
  victim.kill();
  EXPECT_EQ(ask(consumer, "recv"), "got before");
  if (other != nullptr) {
    EXPECT_EQ(ask(*other, "send after"), "ok");
  }
  consumer.say("recv");
  if (other != nullptr && traits.survives_peer_kill) {
    EXPECT_EQ(consumer.hear(), "got after");
  } else {
    EXPECT_TRUE(waits_in_vain(consumer)) << "it got what was never published, or passed what was reserved";
    observe(other != nullptr ? "the consumers wait for the dead producer for ever, as declared"
                             : "the half-written message was never seen");
  }
}

// How the sweep below and the consumer know of each other.
struct Sweep {
  Word consumer;     // its process
  Word alive, dead;  // messages of the living and of the killed that came
};
constexpr std::uint64_t of_the_dead = 1, of_the_living = 2;

void count_messages(Stage& stage, Endpoint& end) {
  const Shared<Sweep> sweep(stage.text());
  sweep->consumer = static_cast<std::uint32_t>(::getpid());
  os::wake_all(sweep->consumer);
  std::uint64_t number = 0;
  for (;;) {
    const Io io = end.recv(std::as_writable_bytes(std::span(&number, 1)));
    if (io.status != Status::ok) return stage.say(result_of(io));
    advance(number == of_the_living ? sweep->alive : sweep->dead);
  }
}

// Sends in a child that executes `steps` instructions of it and is then killed. False when the child came to
// the end of it before.
bool send_in_part(Endpoint& end, unsigned steps) {
  const pid_t child = fork_bound();
  if (child == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == -1) ::_exit(1);
    ::raise(SIGSTOP);
    std::ignore = end.send(bytes_of(of_the_dead));
    // Not _exit(2), which the dynamic linker would have to find first, at thousands of steps.
    ::raise(SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFSTOPPED(status))
    throw Unsupported("a process cannot be traced: ptrace(2), sysctl kernel.yama.ptrace_scope");
  for (unsigned k = 0; k < steps; ++k) {
    check(::ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr), "ptrace");
    ::waitpid(child, &status, 0);
    if (!WIFSTOPPED(status)) return false;
  }
  kill_and_reap(child);
  return true;
}

// Told to stop, a send goes on only where it need not wait. Tried again, since somebody who lives may just
// have been in the way.
Io send_without_waiting(Endpoint& end) {
  os::stop_flag = true;
  Io io{.status = Status::stopped};
  for (int tries = 50; io.status == Status::stopped && tries > 0; --tries) {
    std::this_thread::yield();
    io = end.send(bytes_of(of_the_living));
  }
  os::stop_flag = false;
  return io;
}

// Kills one sender after the other, each some instructions later than the one before; after each kill a
// living one sends. Says after how many instructions the others could not go on, or that they always could.
// Text: the stride, whether consumers block, and where the counts are.
void sweep_kills(Stage& stage, Endpoint& end) {
  std::istringstream words(stage.text());
  unsigned first = 1, stride = 1;
  bool blocks = true;
  std::string path;
  words >> first >> stride >> blocks >> path;
  const Shared<Sweep> sweep(path);
  stage.hear();
  os::pin_to(static_cast<unsigned>(::sched_getcpu()));  // a step takes a third where the child runs beside it
  const std::int64_t consumer = sweep->consumer;
  std::uint32_t sent = 0;
  bool more = true;
  for (unsigned steps = first; more; steps += stride) {
    if (blocks) std::ignore = happens([] { return false; }, {consumer});
    more = send_in_part(end, steps);
    const Io io = send_without_waiting(end);
    const std::string when = " after a kill at instruction " + std::to_string(steps);
    if (io.status != Status::ok) return stage.say(result_of(io) + when);
    ++sent;
    const auto arrived = [&] { return sweep->alive == sent; };
    if (blocks && !happens(arrived, {consumer})) return stage.say("the consumer sleeps on" + when);
    while (!arrived()) os::cpu_relax();
  }
  stage.say("went on");
  stage.say(std::to_string(sent));
}

void killed_at_each_instruction(const Mechanism& mechanism) {
  const Traits& traits = mechanism.traits;
  const Shared<Sweep> sweep;
  Ends ends(mechanism, {.max_message = 64, .depth = 8});
  ends.start(Role::consumer, count_messages, sweep.path());
  // In the short form the seed says where it begins, so that in the course of time every instruction has its
  // turn.
  const unsigned stride = case_settings().quick ? 7 : 1;
  const std::string from =
      std::to_string(1 + case_settings().seed % stride) + " " + std::to_string(stride) + " ";
  Actor& sender =
      ends.start(Role::producer, sweep_kills, from + std::to_string(traits.waits.block) + " " + sweep.path());
  ends.hand_over();
  await_count(sweep->consumer, 1);
  const std::string result = ask(sender, "go");
  if (!traits.survives_peer_kill) {
    EXPECT_NE(result, "went on") << "it is stated that a kill can stop the others, and none did";
    return observe(result + ", as declared");
  }
  EXPECT_EQ(result, "went on");
  if (result != "went on") return;
  const std::uint32_t sent = static_cast<std::uint32_t>(std::stoul(sender.hear()));
  EXPECT_EQ(sweep->alive, sent);
  EXPECT_LE(sweep->dead, sent);
  observe(std::to_string(sent) + " kills; of " + std::to_string(sweep->dead) + " the message came");
}

// How far the consumer of a wake test has come.
struct Progress {
  Word received;
  Word slept;  // times that it went to sleep
};
constexpr std::uint32_t wakes = 1500;

// A pause of up to some microseconds that is another one each time, so that the other side is caught at every
// point of its way to sleep.
void pause_a_little(std::uint32_t k) {
  for (std::uint32_t turns = k * 37 % 101; turns > 0; --turns) os::cpu_relax();
}

// Sends the next message only once the one before has come: each is the last that the consumer hears of.
void send_the_last(Stage& stage, Endpoint& end) {
  const Shared<Progress> progress(stage.text());
  for (std::uint64_t number = 0; number < wakes; ++number) {
    pause_a_little(static_cast<std::uint32_t>(number));
    if (const Io io = end.send(bytes_of(number)); io.status != Status::ok) return stage.say(result_of(io));
    await_count(progress->received, static_cast<std::uint32_t>(number) + 1);
  }
  stage.say("sent");
  Stage::wait_to_be_killed();
}
// Sends as fast as it can, into a ring of one slot.
void send_into_one_slot(Stage& stage, Endpoint& end) {
  const auto before = *os::usage_of_self().voluntary_switches;
  for (std::uint64_t number = 0; number < wakes; ++number) {
    if (const Io io = end.send(bytes_of(number)); io.status != Status::ok) return stage.say(result_of(io));
  }
  const Shared<Progress> progress(stage.text());
  progress->slept += static_cast<std::uint32_t>(*os::usage_of_self().voluntary_switches - before);
  stage.say("sent");
  Stage::wait_to_be_killed();
}
void receive_each(Stage& stage, Endpoint& end) {
  const Shared<Progress> progress(stage.text());
  const auto before = *os::usage_of_self().voluntary_switches;
  std::uint64_t number = 0;
  for (std::uint32_t k = 0; k < wakes; ++k) {
    const Io io = end.recv(std::as_writable_bytes(std::span(&number, 1)));
    if (io.status != Status::ok || number != k)
      return stage.say(result_of(io) + ", " + std::to_string(number));
    pause_a_little(k / 2);
    advance(progress->received);
  }
  progress->slept += static_cast<std::uint32_t>(*os::usage_of_self().voluntary_switches - before);
  stage.say("received");
}

std::uint32_t sleeps_of(const Mechanism& mechanism, Wait wait, EndPlay send) {
  const Shared<Progress> progress;
  Ends ends(mechanism, {.max_message = 64, .depth = 1});
  ends.use(wait);
  Actor& consumer = ends.start(Role::consumer, receive_each, progress.path());
  Actor& producer = ends.start(Role::producer, send, progress.path());
  ends.hand_over();
  EXPECT_EQ(producer.hear(), "sent");
  EXPECT_EQ(consumer.hear(), "received");
  return progress->slept;
}

}  // namespace

void producer_killed_in_the_middle(const Mechanism& mechanism) {
  if (mechanism.traits.loans) killed_with_a_loan(mechanism);
  if (mechanism.traits.many_producers && !mechanism.traits.loans) killed_at_each_instruction(mechanism);
}

// Asleep at empty, and asleep at full. A missed wake is a case that never ends.
void no_last_wake_is_missed(const Mechanism& mechanism) {
  std::uint32_t slept = 0;
  for (const Wait wait : {Wait::block, Wait::adaptive}) {
    if (!mechanism.traits.waits.offers(wait)) continue;
    slept += sleeps_of(mechanism, wait, send_the_last);
    if (!mechanism.traits.may_miss()) slept += sleeps_of(mechanism, wait, send_into_one_slot);
  }
  observe(std::to_string(slept) + " sleeps");
  if (slept == 0) throw Inconclusive("nobody ever went to sleep");
}

}  // namespace ipcmark
