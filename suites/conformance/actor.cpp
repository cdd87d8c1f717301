#include "suites/conformance/actor.hpp"

#include <cstdlib>
#include <optional>
#include <sstream>
#include <thread>

#include "harness/os/wait.hpp"
#include "harness/run/control.hpp"

namespace ipcmark {
namespace {

constexpr std::string_view unsupported = "unsupported: ";

// What a play is found by: other processes have the same file at another address.
std::uintptr_t origin() noexcept { return reinterpret_cast<std::uintptr_t>(&actor_main); }
template <class Function>
std::ptrdiff_t distance_of(Function play) noexcept {
  return static_cast<std::ptrdiff_t>(reinterpret_cast<std::uintptr_t>(play) - origin());
}
template <class Function>
Function at_distance(std::ptrdiff_t distance) noexcept {
  return reinterpret_cast<Function>(origin() + static_cast<std::uintptr_t>(distance));
}

std::string text_of(std::span<const os::RawHandle> handles) {
  std::string text;
  for (const os::RawHandle handle : handles) text += std::to_string(handle) + " ";
  return text;
}
std::vector<os::RawHandle> handles_in(const std::string& text) {
  std::istringstream words(text);
  std::vector<os::RawHandle> handles;
  for (os::RawHandle handle = 0; words >> handle;) handles.push_back(handle);
  return handles;
}

// What stands behind the handles of a play where the test may touch the clipboard: an actor may make links.
constexpr std::string_view allowed = "touch-clipboard";

// The first two lines say which handles the actor has: those to be seen by, and those of its play.
std::optional<std::vector<os::RawHandle>> take_handles(os::Channel& channel) {
  const std::optional<std::string> to_be_seen = channel.read_line(), of_play = channel.read_line();
  if (!to_be_seen || !of_play) return std::nullopt;
  be_seen(handles_in(*to_be_seen));
  clipboard_may_be_touched = of_play->ends_with(allowed);
  return handles_in(*of_play);
}

// The stage outlives what is thrown, so that the test can be told.
int run_play(os::Channel& channel, std::optional<Stage>& stage, std::ptrdiff_t play,
             const std::string& text) {
  auto handles = take_handles(channel);
  if (!handles) return 1;
  stage.emplace(std::move(channel), text, std::move(*handles));
  at_distance<Play>(play)(*stage);
  return 0;
}

int run_end(os::Channel& channel, std::optional<Stage>& stage, std::ptrdiff_t play, const std::string& text) {
  auto handles = take_handles(channel);
  const std::optional<std::string> line = channel.read_line();
  if (!handles || !line) return 1;
  os::survive_closed_pipes();
  os::listen_for_stop();
  const Job job = decode_job(*line);
  const bool sends = job.out.has_value();
  const auto end = mechanism_named(job.mechanism)
                       ->open(sends ? *job.out : *job.in, sends ? job.out_role : job.in_role, job.wait);
  stage.emplace(std::move(channel), text, std::move(*handles));
  stage->say("ready");
  at_distance<EndPlay>(play)(*stage, *end);
  return 0;
}

// What a copy of this process is to play.
struct Part {
  const char* role;
  std::ptrdiff_t play;
  const std::string& text;
};
int play_part(void* argument) {
  const Part& part = *static_cast<const Part*>(argument);
  return actor_main(part.role, std::to_string(part.play), part.text);
}

}  // namespace

Stage::Stage(os::Channel test, std::string text, std::vector<os::RawHandle> handles)
    : test_(std::move(test)), text_(std::move(text)), handles_(std::move(handles)) {}

os::RawHandle Stage::handle(std::size_t k) const {
  if (k >= handles_.size()) throw std::out_of_range("this actor has no handle " + std::to_string(k));
  return handles_[k];
}
void Stage::close(std::size_t k) const { os::close_handle(handle(k)); }

void Stage::say(const std::string& line) {
  if (!test_.write_line(line)) std::_Exit(1);
}
std::string Stage::hear() {
  show_listening(true);
  const std::optional<std::string> line = test_.read_line();
  show_listening(false);
  if (!line) std::_Exit(1);
  return *line;
}
void Stage::wait_to_be_killed() {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

Actor::Actor(Play play, const std::vector<os::RawHandle>& handles, const std::string& text) {
  start("--actor", distance_of(play), handles, text);
}
Actor::Actor(EndPlay play, const std::string& job, const std::vector<os::RawHandle>& handles,
             const std::string& text, Birth birth) {
  start("--actor-end", distance_of(play), handles, text, birth);
  line_.write_line(job);
}

// The line comes first, then the handles of the play, as numbers_in_actor() counts on, then what it is seen
// by.
void Actor::start(const char* role, std::ptrdiff_t play, const std::vector<os::RawHandle>& handles,
                  const std::string& text, Birth birth) {
  auto [mine, theirs] = os::Channel::make();
  line_ = std::move(mine);
  std::vector<os::RawHandle> all{theirs.raw()}, to_be_seen;
  all.insert(all.end(), handles.begin(), handles.end());
  for (const os::RawHandle handle : sight_.handles()) all.push_back(handle);
  for (std::size_t k = handles.size() + 1; k < all.size(); ++k)
    to_be_seen.push_back(os::number_in_child(all, k));
  Part part{.role = role, .play = play, .text = text};
  if (auto copy = birth == Birth::forked ? start_copy(all, play_part, &part) : std::nullopt) {
    process_ = std::move(*copy);
  } else {
    process_ = os::Process::start(os::executable_path(), {role, std::to_string(play), text}, all);
  }
  sight_.set_process(process_.id());
  line_.write_line(text_of(to_be_seen));
  line_.write_line(text_of(numbers_in_actor(handles)) + std::string(clipboard_may_be_touched ? allowed : ""));
}

void Actor::say(const std::string& line) { line_.write_line(line); }

std::string Actor::hear() {
  const std::optional<std::string> line = line_.read_line();
  if (!line) return wait().text();
  if (line->starts_with(unsupported)) throw Unsupported(line->substr(unsupported.size()));
  return *line;
}

std::optional<std::string> Actor::take_line() {
  bool closed = false;
  std::optional<std::string> line = line_.take_line(closed);
  if (closed && !line) return wait().text();
  if (line && line->starts_with(unsupported)) throw Unsupported(line->substr(unsupported.size()));
  return line;
}

std::string Actor::stop_and_hear() {
  for (;;) {
    ask_to_stop();
    const os::Channel* const channel = &line_;
    os::wait_readable(std::span(&channel, 1),
                      std::chrono::steady_clock::now() + std::chrono::milliseconds(2));
    if (auto line = take_line()) return *line;
  }
}

std::optional<std::string> Actor::hear_unless_stuck(Look look) {
  // Looks are a millisecond apart, so that whoever works for the actor, a daemon or the kernel, gets its
  // turn. The slowest known: the socket of a killed process goes 3.6 s late when its io_uring had a polling
  // thread.
  const int looks = look == Look::brief ? 3 : 6000;
  const std::uint64_t spun_ns = look == Look::brief ? 20'000'000 : 400'000'000;
  const std::uint64_t used_before = sight_.processor_time();
  Doing before;
  for (int asleep = 0; asleep < looks && sight_.processor_time() - used_before < spun_ns;) {
    if (auto line = take_line()) return line;
    const os::Channel* const channel = &line_;
    os::wait_readable(std::span(&channel, 1),
                      std::chrono::steady_clock::now() + std::chrono::milliseconds(1));
    const Doing now = sight_.look();
    const bool still = now.state == Doing::State::asleep && now.place == before.place;
    asleep = still ? asleep + 1 : 0;
    before = now;
  }
  return take_line();
}

// Looks again and again, so that nobody relies on how long something takes.
void Actor::look_until(bool (*is_there)(const Doing&, long), long argument) const {
  for (;;) {
    const Doing now = sight_.look();
    if (now.state == Doing::State::ended) throw std::runtime_error("an actor ended before it waited");
    if (is_there(now, argument)) return;
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
}
void Actor::await_blocked() {
  look_until([](const Doing& now, long) { return now.state == Doing::State::asleep; }, 0);
}
void Actor::await_blocked_in(long system_call) {
  look_until([](const Doing& now, long call) { return now.call == call; }, system_call);
}

void Actor::kill() {
  process_.kill();
  process_.wait();
}
os::Exit Actor::wait() { return process_.wait(); }

std::string ask(Actor& actor, const std::string& line) {
  actor.say(line);
  return actor.hear();
}

std::vector<os::RawHandle> numbers_in_actor(const std::vector<os::RawHandle>& handles) {
  std::vector<os::RawHandle> all{os::no_handle}, numbers;
  all.insert(all.end(), handles.begin(), handles.end());
  for (std::size_t k = 1; k < all.size(); ++k) numbers.push_back(os::number_in_child(all, k));
  return numbers;
}

std::string result_of(const Io& io) {
  constexpr const char* names[]{"ok", "closed", "too_big", "truncated", "stopped", "error"};
  const std::string name = names[static_cast<std::size_t>(io.status)];
  return io.status == Status::error ? name + " " + error_name(io.os_error) : name;
}

int actor_main(const std::string& role, const std::string& distance, const std::string& text) {
  const os::RawHandle line = os::first_handle();
  keep_from_children(line);
  os::Channel channel{os::Handle(line)};
  std::optional<Stage> stage;
  const auto say = [&](const std::string& what) {
    if (stage) {
      stage->say(what);
    } else {
      channel.write_line(what);
    }
  };
  try {
    const auto play = static_cast<std::ptrdiff_t>(std::stoll(distance));
    return (role == "--actor" ? run_play : run_end)(channel, stage, play, text);
  } catch (const Unsupported& missing) {
    say(std::string(unsupported) + missing.what());
  } catch (const std::exception& error) {
    say(std::string("threw: ") + error.what());
  }
  return 1;
}

}  // namespace ipcmark
