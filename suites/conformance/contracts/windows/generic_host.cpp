// GEN: what links leave on the host, and whom they let in.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "harness/os/host.hpp"
#include "harness/os/wait.hpp"
#include "harness/os/win32/win32.hpp"
#include "suites/conformance/contracts/generic_cycles.hpp"

namespace ipcmark::generic {
namespace {

using os::native;

// A ticket with handles of its own, which an endpoint in this process may close.
Ticket own_ticket(Link& link, Role role, const Options& options) {
  Ticket ticket = link.ticket(role);
  for (os::RawHandle& handle : ticket.handles) {
    HANDLE own = nullptr;
    os::require(::DuplicateHandle(::GetCurrentProcess(), native(handle), ::GetCurrentProcess(), &own, 0,
                                  FALSE, DUPLICATE_SAME_ACCESS),
                "DuplicateHandle");
    handle = reinterpret_cast<os::RawHandle>(own);
  }
  ticket.max_message = options.max_message;
  ticket.depth = options.depth;
  return ticket;
}

// Creates a link, sends a message through it to another thread, and destroys it. Returns whether it came.
bool one_cycle(const Mechanism& mechanism, const Options& options) {
  const std::unique_ptr<Link> link = mechanism.create(options);
  const Wait wait = any_wait(mechanism.traits.waits);
  Ticket of_consumer = own_ticket(*link, Role::consumer, options);
  const Ticket of_producer = own_ticket(*link, Role::producer, options);
  Status status = Status::error;
  std::jthread consumer([&] {
    try {
      const auto end = mechanism.open(of_consumer, Role::consumer, wait);
      std::vector<std::byte> buffer(options.max_message);
      status = end->recv(buffer).status;
    } catch (const std::exception&) {
      status = Status::error;
    }
  });
  const auto end = mechanism.open(of_producer, Role::producer, wait);
  const std::vector<std::byte> message(options.max_message);
  if (end->send(message).status != Status::ok) return false;
  consumer.join();
  return status == Status::ok;
}

DWORD handles_of_this_process(const std::string&) {
  DWORD count = 0;
  os::require(::GetProcessHandleCount(::GetCurrentProcess(), &count), "GetProcessHandleCount");
  return count;
}

// Says the number of cycles, and what this process held before and after.
void cycle(Stage& stage) {
  Cycles cycles(stage.text());
  nlohmann::json said =
      cycles.run(std::chrono::milliseconds(cycles.wanted > 100 ? 1500 : 200), one_cycle,
                 handles_of_this_process, [](nlohmann::json& line, DWORD before, DWORD after) {
                   line["handles"] = {before, after};
                 });
  said["left"] = os::leftovers(cycles.options.run);
  stage.say(said.dump());
}

// Creates a link without a janitor, says its run, and waits to be killed.
void create_and_wait(Stage& stage) {
  Options options = modest(64, 4);
  options.run = os::new_run_id();
  const std::unique_ptr<Link> link = mechanism_named(stage.text())->create(options);
  stage.say(options.run);
  Stage::wait_to_be_killed();
}

}  // namespace

void nothing_leaks(const Mechanism& mechanism) {
  Actor actor(cycle, {}, std::string(mechanism.traits.name) + (case_settings().quick ? " 50" : " 1000"));
  const std::string line = actor.hear();
  ASSERT_TRUE(line.starts_with("{")) << line;
  const auto held = nlohmann::json::parse(line);
  observe(line);
  // A thread that has ended may still be counted for a moment.
  EXPECT_LE(held.at("handles")[1].get<DWORD>(), held.at("handles")[0].get<DWORD>() + 2) << "handles";
  EXPECT_TRUE(held.at("left").empty()) << held.at("left").dump();
}

// A name that was left behind would be in the way of a link of the same name.
void the_names_left_are_the_declared_ones(const Mechanism& mechanism) {
  Actor creator(create_and_wait, {}, std::string(mechanism.traits.name));
  Options options = modest(64, 4);
  options.run = creator.hear();
  if (os::creator_of(options.run) != creator.id()) throw std::runtime_error("no link: " + options.run);
  creator.kill();
  // Names of Windows go with their last handle. What is in a clipboard belongs to the session.
  const bool stays = mechanism.traits.family == "desktop" && mechanism.traits.delivery == Delivery::latest;
  EXPECT_EQ(mechanism.traits.lifetime, stays ? Lifetime::kernel : Lifetime::handles);
  EXPECT_TRUE(os::leftovers(options.run).empty());
  EXPECT_NO_THROW(mechanism.create(options));
}

// Of the lifetimes that leave a name to be refused at, Windows has none here.
void another_user_is_refused(const Mechanism&) {
  throw Unsupported(
      "names of kernel objects on Windows have the security descriptor of their creator's token");
}

}  // namespace ipcmark::generic
