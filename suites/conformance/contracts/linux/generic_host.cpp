// GEN: what links leave on the host, and whom they let in.
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <mqueue.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "harness/os/channel.hpp"
#include "harness/os/host.hpp"
#include "harness/os/wait.hpp"
#include "harness/run/control.hpp"
#include "suites/conformance/contracts/generic_cycles.hpp"

namespace ipcmark::generic {
namespace {

// A ticket with handles of its own, which an endpoint in this process or in a fork of it may close.
Ticket own_ticket(Link& link, Role role, const Options& options) {
  Ticket ticket = link.ticket(role);
  for (os::RawHandle& handle : ticket.handles)
    handle = check(::fcntl(static_cast<int>(handle), F_DUPFD_CLOEXEC, 0), "fcntl F_DUPFD_CLOEXEC");
  ticket.max_message = options.max_message;
  ticket.depth = options.depth;
  return ticket;
}

// Creates a link, sends a message through it to a child, and destroys it. Returns whether the message came.
bool one_cycle(const Mechanism& mechanism, const Options& options) {
  const std::unique_ptr<Link> link = mechanism.create(options);
  const Wait wait = any_wait(mechanism.traits.waits);
  // As in a run, nobody sends or receives before both have opened: a byte each way.
  auto [here, there] = os::Channel::make();
  const pid_t child = check(::fork(), "fork");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // What is thrown must not leave this branch, or there would be two of this actor.
    try {
      const auto end = mechanism.open(own_ticket(*link, Role::consumer, options), Role::consumer, wait);
      there.write_line("open");
      if (there.read_line() != "go") ::_exit(3);
      std::vector<std::byte> buffer(options.max_message);
      ::_exit(end->recv(buffer).status == Status::ok ? 0 : 1);
    } catch (const std::exception&) {
      ::_exit(2);
    }
  }
  {
    const auto end = mechanism.open(own_ticket(*link, Role::producer, options), Role::producer, wait);
    there.close();
    if (here.read_line() == "open") here.write_line("go");
    const std::vector<std::byte> message(options.max_message);
    if (end->send(message).status != Status::ok) ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) == -1 && errno == EINTR) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
}

struct Held {
  std::size_t handles = 0, names = 0;
  std::int64_t resident_kib = 0;
};
Held held_by_this_process(const std::string& run) {
  Held held;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    static_cast<void>(entry);
    ++held.handles;
  }
  held.names = os::leftovers(run).size();
  // Not RssFile: what is mapped of a program comes and goes by sixteen pages around each that is touched.
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:") || line.starts_with("RssShmem:"))
      held.resident_kib += std::stoll(line.substr(line.find(':') + 1));
  }
  return held;
}

// Says the number of cycles, and what this process held before and after.
void cycle(Stage& stage) {
  ::signal(SIGPIPE, SIG_IGN);
  os::listen_for_stop();
  Cycles cycles(stage.text());
  nlohmann::json said =
      cycles.run(std::chrono::milliseconds(cycles.wanted > 100 ? 1500 : 80), one_cycle, held_by_this_process,
                 [](nlohmann::json& line, const Held& before, const Held& after) {
                   line.update({{"handles", {before.handles, after.handles}},
                                {"names", {before.names, after.names}},
                                {"kib", after.resident_kib - before.resident_kib}});
                 });
  os::remove_private_directories(cycles.options.run);
  said["left"] = os::leftovers(cycles.options.run);
  stage.say(said.dump());
}

// Waits until a child is dead, and leaves it as a zombie: as long as it is one, its names count as those of a
// living process, and nobody else removes them.
void kill_and_keep(const Actor& actor) {
  actor.kill_unreaped();
  siginfo_t info{};
  check(::waitid(P_PID, static_cast<id_t>(actor.id()), &info, WEXITED | WNOWAIT), "waitid");
}

// Creates a link without a janitor, says its run, and waits to be killed.
void create_and_wait(Stage& stage) {
  const Mechanism& mechanism = *mechanism_named(stage.text());
  Options options = modest(64, 4);
  options.run = os::new_run_id();
  const std::unique_ptr<Link> link = mechanism.create(options);
  stage.say(options.run);
  Stage::wait_to_be_killed();
}

// The same with everything that a run has.
void run_and_wait(Stage& stage) {
  Ends ends(*mechanism_named(stage.text()), modest(64, 4));
  Actor& consumer = ends.start(Role::consumer, obey);
  Actor& producer = ends.start(Role::producer, obey);
  ends.await_open();
  producer.say("send a");
  consumer.say("recv");
  if (const std::string came = consumer.hear(); !came.starts_with("got"))
    throw std::runtime_error("a message did not come: " + came);
  stage.say(ends.session().id());
  Stage::wait_to_be_killed();
}

// A folder that holds nothing is where names would have been.
bool is_empty_folder(const std::string& name) {
  std::error_code none;
  return std::filesystem::is_directory(name, none) && std::filesystem::is_empty(name, none);
}
bool is_of_the_kernel(const std::string& name) {
  return name.starts_with("/dev/shm/") || name.starts_with("/dev/mqueue/") || name.starts_with("System V ");
}

// Also a message queue where no file system shows them: mq_overview(7).
std::vector<std::string> names_of(const std::string& run) {
  std::vector<std::string> names = os::leftovers(run);
  names.erase(std::remove_if(names.begin(), names.end(), is_empty_folder), names.end());
  const std::string queue = "/" + os::object_name(run, 0);
  if (const os::Handle open(::mq_open(queue.c_str(), O_RDONLY | O_CLOEXEC)); open && names.empty())
    names.push_back("/dev/mqueue" + queue);
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "nothing" : text;
}

// "mechanism;job": opens the producer's end as nobody, and sends if it opens.
void intrude(Stage& stage) {
  constexpr unsigned nobody = 65534;
  ::signal(SIGPIPE, SIG_IGN);
  if (::setgroups(0, nullptr) == -1 || ::setgid(nobody) == -1 || ::setuid(nobody) == -1) {
    throw Unsupported(std::string("becoming another user says ") + std::generic_category().message(errno) +
                      ": it needs CAP_SETUID and CAP_SETGID");
  }
  const Job job = decode_job(stage.text());
  try {
    const auto end = mechanism_named(job.mechanism)->open(*job.out, Role::producer, job.wait);
    const std::vector<std::byte> message(8);
    stage.say("send says " + result_of(end->send(message)));
  } catch (const std::system_error& error) {
    stage.say("open says " + error_name(error.code().value()));
  }
}

}  // namespace

void nothing_leaks(const Mechanism& mechanism) {
  // For a program with an address sanitizer: what it keeps of freed memory grows for long, as a leak does.
  ::setenv("ASAN_OPTIONS", "quarantine_size_mb=0:thread_local_quarantine_size_kb=0:malloc_context_size=0", 1);
  Actor actor(cycle, {}, std::string(mechanism.traits.name) + (case_settings().quick ? " 50" : " 1000"));
  const std::string line = actor.hear();
  ASSERT_TRUE(line.starts_with("{")) << line;
  const auto held = nlohmann::json::parse(line);
  observe(line);
  EXPECT_EQ(held.at("handles")[0], held.at("handles")[1]) << "descriptors";
  EXPECT_LE(held.at("names")[1], held.at("names")[0]) << "names";
  EXPECT_TRUE(held.at("left").empty()) << held.at("left").dump();
  // A quarter of a MiB is noise of the allocator; 1000 cycles that leak 1 KiB each are four times as much.
  EXPECT_LE(held.at("kib"), 256) << "KiB of resident memory that were added";
}

void the_names_left_are_the_declared_ones(const Mechanism& mechanism) {
  const std::string name(mechanism.traits.name);
  Actor creator(create_and_wait, {}, name);
  const std::string run = creator.hear();
  if (creator.id() == 0 || os::creator_of(run) != creator.id()) throw std::runtime_error("no link: " + run);
  kill_and_keep(creator);
  const std::vector<std::string> left = names_of(run);
  observe("left: " + joined(left));
  record("left", left.size());
  const bool of_kernel = std::any_of(left.begin(), left.end(), is_of_the_kernel);
  switch (mechanism.traits.lifetime) {
    case Lifetime::handles: EXPECT_TRUE(left.empty()) << joined(left); break;
    case Lifetime::kernel: EXPECT_TRUE(of_kernel) << joined(left); break;
    case Lifetime::file:
      EXPECT_FALSE(of_kernel) << joined(left);
      EXPECT_FALSE(left.empty());
      break;
  }
  os::remove_leftovers(run);
  os::remove_queue(run, 0);
  EXPECT_TRUE(names_of(run).empty()) << joined(names_of(run));
  creator.kill();

  // With its janitor, which removes what the whole run has left, dead as all of it is.
  Actor runner(run_and_wait, {}, name);
  const std::string whole = runner.hear();
  if (runner.id() == 0 || os::creator_of(whole) != runner.id()) throw std::runtime_error("no run: " + whole);
  kill_and_keep(runner);
  while (!os::leftovers(whole).empty() || !names_of(whole).empty())
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  runner.kill();
}

void another_user_is_refused(const Mechanism& mechanism) {
  const Session session;
  Options options = modest(64, 4);
  options.run = session.id();
  const std::unique_ptr<Link> link = mechanism.create(options);
  Job job;
  job.mechanism = mechanism.traits.name;
  job.wait = any_wait(mechanism.traits.waits);
  Ticket ticket = link->ticket(Role::producer);
  if (!ticket.handles.empty())
    throw Unsupported("its producer is given a handle and opens no name, so that nobody can be refused");
  ticket.max_message = options.max_message;
  ticket.depth = options.depth;
  job.out = std::move(ticket);
  Actor stranger(intrude, {}, encode(job));
  const std::string answer = stranger.hear();
  observe(answer);
  EXPECT_TRUE(answer.ends_with("EACCES") || answer.ends_with("EPERM")) << answer;
}

}  // namespace ipcmark::generic
