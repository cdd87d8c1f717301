// WOA: WaitOnAddress, sockets of AF_UNIX, handles and jobs.
#include <gtest/gtest.h>
#include <winsock2.h>

#include "suites/conformance/contracts/sections.hpp"
#include "suites/conformance/contracts/windows/puppet.hpp"

namespace ipcmark {
namespace {

using namespace windows;

void a_wake_up_stays_in_its_process() {
  const std::string name = fresh_name(), view = "view v p " + std::to_string(FILE_MAP_READ | FILE_MAP_WRITE);
  Puppet own_waker, waiter, waker;  // a late wake-up of one's own may end the next wait of the same thread
  for (Puppet* each : {&own_waker, &waiter, &waker}) {
    ask(*each, "mapping p " + name + " 4096");
    require_done(*each, view);
  }
  EXPECT_EQ(ask(own_waker, "wait_for_own_wake v"), "got") << "what a thread of the same process does";
  waiter.say("wait_on v " + std::to_string(INFINITE));
  waiter.await_blocked();
  for (int k = 0; k < 20; ++k) require_done(waker, "wake v");
  EXPECT_EQ(waiter.hear_unless_stuck(Look::brief), std::nullopt);
}

// "ok" or the error of socket(), for a stream, datagrams and packets.
void probe_sockets(Stage& stage) {
  WSADATA facts{};
  if (::WSAStartup(MAKEWORD(2, 2), &facts) != 0) throw std::runtime_error("WSAStartup failed");
  for (const int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}) {
    const SOCKET made = ::socket(AF_UNIX, type, 0);
    stage.say(made != INVALID_SOCKET ? "ok" : name_of_error(static_cast<DWORD>(::WSAGetLastError())));
    if (made != INVALID_SOCKET) ::closesocket(made);
  }
}
void unix_sockets_are_streams() {
  Actor actor(probe_sockets);
  const std::string stream = actor.hear(), datagrams = actor.hear(), packets = actor.hear();
  observe("stream: " + stream + ", datagrams: " + datagrams + ", packets: " + packets);
  EXPECT_EQ(stream, "ok");
  EXPECT_NE(datagrams, "ok");
  EXPECT_NE(packets, "ok");
}

void a_duplicated_handle_is_the_same_object() {
  Puppet one, other;
  ask(one, "event e - 1 0");
  const std::string to = " " + std::to_string(other.id()) + " ";
  const std::string copy = ask(one, "give e" + to);
  require_done(other, "take e " + copy);
  EXPECT_EQ(ask(one, "set e"), "ok");
  EXPECT_EQ(ask(other, "wait e 0"), "got");
  EXPECT_EQ(ask(one, "reset e"), "ok");
  EXPECT_EQ(ask(other, "wait e 0"), "timeout");
  const std::string moved = ask(one, "move e" + to);
  require_done(other, "take moved " + moved.substr(0, moved.find(' ')));
  EXPECT_EQ(moved.substr(moved.find(' ') + 1), "ERROR_INVALID_HANDLE") << "where it came from";
  EXPECT_EQ(ask(other, "set moved"), "ok");
  EXPECT_EQ(ask(other, "wait e 0"), "got");
}

os::Handle watch(std::int64_t process) {
  return os::require(::OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(process)), "OpenProcess");
}
bool has_ended(const os::Handle& process, DWORD milliseconds) {
  return ::WaitForSingleObject(native(process), milliseconds) == WAIT_OBJECT_0;
}

// The child's job is in the hands of its parent alone.
void a_job_ends_with_its_last_handle() {
  Actor parent([](Stage& stage) {
    Puppet child;
    require_done(child, "id");
    stage.say(std::to_string(child.id()));
    Stage::wait_to_be_killed();
  });
  const os::Handle child = watch(std::stoll(parent.hear())), of_parent = watch(parent.id());
  EXPECT_FALSE(has_ended(child, 0));
  EXPECT_FALSE(has_ended(of_parent, 0));
  parent.kill_unreaped();
  EXPECT_TRUE(has_ended(of_parent, INFINITE));
  EXPECT_TRUE(has_ended(child, INFINITE));
}

constexpr Clause table[]{
    {.id = "WOA-01",
     .title = "AWakeUpByAddressStaysInItsProcess",
     .source = "Microsoft, WaitOnAddress, Remarks",
     .body = a_wake_up_stays_in_its_process},
    {.id = "WOA-02",
     .title = "SocketsOfTheUnixFamilyAreStreamsOnly",
     .source = "Microsoft, AF_UNIX comes to Windows (2017)",
     .body = unix_sockets_are_streams,
     .documented = "SOCK_STREAM since build 17063, neither SOCK_DGRAM nor SOCK_SEQPACKET",
     .observed = "Wine 8.0: none",
     .deviation = "Wine 8.0 has no AF_UNIX: WSAEAFNOSUPPORT",
     .deviates = under_wine},
    {.id = "WOA-03",
     .title = "ADuplicatedHandleIsTheSameObjectAndAMovedOneIsGone",
     .source = "Microsoft, DuplicateHandle",
     .body = a_duplicated_handle_is_the_same_object},
    {.id = "WOA-04",
     .title = "AProcessIsSignalledAtItsEndAndAJobEndsWithItsLastHandle",
     .source = "Microsoft, Job Objects, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE",
     .body = a_job_ends_with_its_last_handle},
};

}  // namespace

const Section win_others_section{.name = "WOA", .count = 4, .clauses = table};

}  // namespace ipcmark
