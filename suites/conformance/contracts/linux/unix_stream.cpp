// UXS: unix(7), SOCK_STREAM.
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "suites/conformance/contracts/linux/sockets.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

void byte_stream() {
  expect_no_boundaries(unix_pair(SOCK_STREAM));
  Couple couple(unix_pair(SOCK_STREAM), send_stream, take_stream);
  EXPECT_EQ(couple.first.hear(), "sent");
  EXPECT_TRUE(couple.first.wait().clean());
  EXPECT_EQ(couple.second.hear(), whole_stream);
}

void clean_close() {
  Couple couple(unix_pair(SOCK_STREAM));
  EXPECT_EQ(ask(couple.first, "send last"), "4");
  EXPECT_EQ(ask(couple.first, "close"), "0");
  EXPECT_EQ(ask(couple.second, "recv 100"), "got last");
  EXPECT_EQ(ask(couple.second, "recv 100"), "nothing");
  EXPECT_EQ(ask(couple.second, "recv 100"), "nothing");
}

// Once by close(2), once by a death.
void close_with_unread_data() {
  for (const bool killed : {false, true}) {
    Couple couple(unix_pair(SOCK_STREAM));
    EXPECT_EQ(ask(couple.second, "send unread"), "6");
    EXPECT_EQ(ask(couple.first, "send last"), "4");
    if (killed) {
      couple.first.kill();
    } else {
      EXPECT_EQ(ask(couple.first, "close"), "0");
    }
    EXPECT_EQ(ask(couple.second, "recv 2"), "got la");
    EXPECT_EQ(ask(couple.second, "recv 100"), "got st");
    EXPECT_EQ(ask(couple.second, "recv 100"), "ECONNRESET");
    EXPECT_EQ(ask(couple.second, "recv 100"), "nothing");
  }
}

void send_to_closed_peer() {
  Couple couple(unix_pair(SOCK_STREAM));
  EXPECT_EQ(ask(couple.second, "close"), "0");
  EXPECT_EQ(ask(couple.first, "send x"), "EPIPE");
  EXPECT_EQ(ask(couple.first, "send x"), "EPIPE");
  couple.first.say("send_loudly x");
  EXPECT_EQ(couple.first.wait().signal, SIGPIPE);
}

void nothing_sent() {
  Couple couple(unix_pair(SOCK_STREAM));
  EXPECT_EQ(ask(couple.first, "send"), "0");
  EXPECT_EQ(ask(couple.second, "poll"), "");
  EXPECT_EQ(ask(couple.second, "try 100"), "EAGAIN");
  couple.second.say("recv 100");
  couple.second.await_blocked();
  EXPECT_EQ(ask(couple.first, "send"), "0");
  EXPECT_EQ(ask(couple.first, "send x"), "1");
  EXPECT_EQ(couple.second.hear(), "got x");
}

void half_close() {
  Couple couple(unix_pair(SOCK_STREAM));
  EXPECT_EQ(ask(couple.first, "send last"), "4");
  EXPECT_EQ(ask(couple.first, "stop_sending"), "0");
  EXPECT_EQ(ask(couple.first, "send more"), "EPIPE");
  EXPECT_EQ(ask(couple.second, "recv 100"), "got last");
  EXPECT_EQ(ask(couple.second, "recv 100"), "nothing");
  EXPECT_EQ(ask(couple.second, "poll"), "IN RDHUP");
  EXPECT_EQ(ask(couple.second, "send answer"), "6");
  EXPECT_EQ(ask(couple.first, "recv 100"), "got answer");
  EXPECT_EQ(ask(couple.second, "close"), "0");
  EXPECT_EQ(ask(couple.first, "recv 100"), "nothing");
}

// Listens at the name in its text until it is killed.
void serve(Stage& stage) {
  const os::Handle listener = listening_socket(unix_address(stage.text()), 8);
  stage.say("listens");
  Stage::wait_to_be_killed();
}

void path_after_death() {
  SocketNames names;
  const std::string path = names.path();
  const Address address = unix_address(path);
  Actor server(serve, {}, path);
  ASSERT_EQ(server.hear(), "listens");
  EXPECT_EQ(connect_result(SOCK_STREAM, address), "0");
  server.kill();
  EXPECT_EQ(connect_result(SOCK_STREAM, address), "ECONNREFUSED");
  EXPECT_EQ(bind_result(SOCK_STREAM, address), "EADDRINUSE");
  struct stat file {};
  EXPECT_EQ(::lstat(path.c_str(), &file), 0);
  EXPECT_TRUE(S_ISSOCK(file.st_mode));

  EXPECT_EQ(::unlink(path.c_str()), 0);
  EXPECT_EQ(connect_result(SOCK_STREAM, address), "ENOENT");
  Actor successor(serve, {}, path);
  ASSERT_EQ(successor.hear(), "listens");
  EXPECT_EQ(connect_result(SOCK_STREAM, address), "0");
}

void abstract_name_after_death() {
  SocketNames names;
  const std::string name = names.abstract();
  const Address address = unix_address(name);
  for (int k = 0; k < 10; ++k) {
    Actor server(serve, {}, name);
    ASSERT_EQ(server.hear(), "listens");
    EXPECT_EQ(bind_result(SOCK_STREAM, address), "EADDRINUSE");
    EXPECT_EQ(connect_result(SOCK_STREAM, address), "0");
    server.kill();
    EXPECT_EQ(connect_result(SOCK_STREAM, address), "ECONNREFUSED");
    EXPECT_EQ(bind_result(SOCK_STREAM, address), "0");
  }
}

// Connects to the name in its text without blocking, as often as it can; then once more, and blocks.
void crowd_in(Stage& stage) {
  const Address address = unix_address(stage.text());
  std::vector<os::Handle> sockets;
  for (;;) {
    sockets.push_back(make_socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK));
    if (::connect(sockets.back().fd(), address.get(), address.size) == -1) break;
  }
  stage.say(std::to_string(sockets.size() - 1) + " " + result_of(-1));
  const os::Handle last = make_socket(AF_UNIX, SOCK_STREAM);
  stage.say(result_of(::connect(last.fd(), address.get(), address.size)));
  Stage::wait_to_be_killed();
}

void backlog() {
  SocketNames names;
  for (const int wanted : {0, 1, 5}) {
    const std::string name = names.abstract();
    const os::Handle listener = listening_socket(unix_address(name), wanted);
    Actor client(crowd_in, {}, name);
    EXPECT_EQ(client.hear(), std::to_string(wanted + 1) + " EAGAIN");
    client.await_blocked_in(SYS_connect);
    const os::Handle accepted(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    EXPECT_TRUE(accepted);
    EXPECT_EQ(client.hear(), "0");
  }
}

// Connects to the name in its text, and then obeys.
void connect_and_obey(Stage& stage) {
  const Address address = unix_address(stage.text());
  check(::connect(stage.fd(0), address.get(), address.size), "connect");
  stage.say("connected");
  obey_socket(stage);
}

void listener_killed_before_accept() {
  SocketNames names;
  const std::string name = names.abstract();
  Actor server(serve, {}, name);
  ASSERT_EQ(server.hear(), "listens");
  const os::Handle blocked_end = make_socket(AF_UNIX, SOCK_STREAM),
                   later_end = make_socket(AF_UNIX, SOCK_STREAM);
  Actor blocked(connect_and_obey, {blocked_end.raw()}, name),
      later(connect_and_obey, {later_end.raw()}, name);
  ASSERT_EQ(blocked.hear(), "connected");
  ASSERT_EQ(later.hear(), "connected");
  EXPECT_EQ(ask(later, "send x"), "1");
  blocked.say("recv 100");
  blocked.await_blocked();
  server.kill();
  EXPECT_EQ(blocked.hear(), "ECONNRESET");
  EXPECT_EQ(ask(later, "recv 100"), "ECONNRESET");
  EXPECT_EQ(ask(later, "send x"), "EPIPE");
}

// Connects with the rights of a user only, and says what comes of it.
void connect_by_permission(Stage& stage) {
  give_up_capabilities();
  stage.say(connect_result(SOCK_STREAM, unix_address(stage.text())));
}

void write_permission() {
  SocketNames names;
  const std::string path = names.path();
  const os::Handle listener = listening_socket(unix_address(path), 8);
  constexpr std::pair<mode_t, const char*> cases[]{{0400, "EACCES"}, {0500, "EACCES"}, {0200, "0"}};
  for (const auto& [mode, result] : cases) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    Actor client(connect_by_permission, {}, path);
    EXPECT_EQ(client.hear(), result) << "mode " << std::oct << mode;
  }
}

// Connects, says which process listens there, lets a child of its own write, and becomes another user, where
// it may.
void connect_and_change(Stage& stage) {
  const Address address = unix_address(stage.text());
  const os::Handle socket = make_socket(AF_UNIX, SOCK_STREAM);
  check(::connect(socket.fd(), address.get(), address.size), "connect");
  ucred peer{};
  socklen_t size = sizeof peer;
  check(::getsockopt(socket.fd(), SOL_SOCKET, SO_PEERCRED, &peer, &size), "SO_PEERCRED");
  stage.say(std::to_string(peer.pid));
  const pid_t child = check(::fork(), "fork");
  if (child == 0) ::_exit(::send(socket.fd(), "x", 1, MSG_NOSIGNAL) == 1 ? 0 : 1);
  check(::waitpid(child, nullptr, 0), "waitpid");
  constexpr uid_t nobody = 65534;
  stage.say(result_of(::setresuid(nobody, nobody, nobody)));
  Stage::wait_to_be_killed();
}

void credentials_of_the_connect() {
  SocketNames names;
  const std::string name = names.abstract();
  const os::Handle listener = listening_socket(unix_address(name), 8);
  Actor client(connect_and_change, {}, name);
  EXPECT_EQ(client.hear(), std::to_string(::getpid()));
  const std::string changed = client.hear();
  if (changed != "0") observe("the user could not change after the connect: setresuid said " + changed);
  const os::Handle socket(check(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
  EXPECT_EQ(received(socket.fd(), 1), "got x");
  ucred peer{};
  socklen_t size = sizeof peer;
  check(::getsockopt(socket.fd(), SOL_SOCKET, SO_PEERCRED, &peer, &size), "SO_PEERCRED");
  EXPECT_EQ(peer.pid, client.id());
  EXPECT_EQ(peer.uid, ::geteuid());
  EXPECT_EQ(peer.gid, ::getegid());
}

// Names relative to the directory in its text, so that each has exactly the wanted length.
void listen_at_long_names(Stage& stage) {
  check(::chdir(stage.text().c_str()), "chdir");
  std::vector<os::Handle> listeners;
  for (const std::size_t length : {107U, 108U}) {
    listeners.push_back(listening_socket(unix_address(std::string(length, 'n')), 8));
    stage.say("listens");
  }
  stage.say(bind_result(SOCK_STREAM, unix_address(std::string(109, 'n'))));
  Stage::wait_to_be_killed();
}

void longest_name() {
  static_assert(sizeof(sockaddr_un::sun_path) == 108);
  SocketNames names;
  Actor server(listen_at_long_names, {}, names.directory());
  EXPECT_EQ(server.hear(), "listens");
  EXPECT_EQ(server.hear(), "listens");
  EXPECT_EQ(server.hear(), "EINVAL");
  check(::chdir(names.directory().c_str()), "chdir");
  EXPECT_EQ(connect_result(SOCK_STREAM, unix_address(std::string(107, 'n'))), "0");
  EXPECT_EQ(connect_result(SOCK_STREAM, unix_address(std::string(108, 'n'))), "0");
  EXPECT_EQ(connect_result(SOCK_STREAM, unix_address(std::string(106, 'n'))), "ENOENT");
  EXPECT_EQ(connect_result(SOCK_STREAM, unix_address(std::string(109, 'n'))), "EINVAL");

  std::string abstract = names.abstract();
  abstract.resize(108, 'n');
  Actor second(serve, {}, abstract);
  ASSERT_EQ(second.hear(), "listens");
  EXPECT_EQ(connect_result(SOCK_STREAM, unix_address(abstract)), "0");
  EXPECT_EQ(connect_result(SOCK_STREAM, unix_address(abstract.substr(0, 107))), "ECONNREFUSED");
  EXPECT_EQ(connect_result(SOCK_STREAM, unix_address(abstract + "n")), "EINVAL");
}

void urgent_byte() {
  Couple couple(unix_pair(SOCK_STREAM));
  const std::string sent = ask(couple.first, "send_urgent abc");
  if (sent == "EOPNOTSUPP") throw Unsupported("this kernel is built without CONFIG_AF_UNIX_OOB");
  EXPECT_EQ(sent, "3");
  EXPECT_EQ(ask(couple.second, "poll"), "IN PRI");
  EXPECT_EQ(ask(couple.second, "recv_urgent 100"), "got c");
  EXPECT_EQ(ask(couple.second, "recv 100"), "got ab");
  if (ask(couple.second, "poll") == "IN")
    observe("once all is taken, poll(2) still says that there is something to read");
  EXPECT_EQ(ask(couple.second, "try 100"), "EAGAIN");
  EXPECT_EQ(ask(couple.first, "send d"), "1");
  EXPECT_EQ(ask(couple.second, "recv_urgent 100"), "EINVAL");
  EXPECT_EQ(ask(couple.second, "recv 100"), "got d");
}

void killed_receiver_swallows_nothing() {
  const int times = case_settings().quick ? 20 : 100;
  const int swallowed = swallowed_by_killed_receivers(SOCK_STREAM, times);
  observe(std::to_string(swallowed) + " of " + std::to_string(times) + " were swallowed");
  EXPECT_EQ(swallowed, 0);
  // The same with datagrams, which do get lost: it shows that the moment was met.
  const int control = swallowed_by_killed_receivers(SOCK_DGRAM, 20);
  observe(std::to_string(control) + " of 20 datagrams were swallowed");
  if (control == 0) throw Inconclusive("no receiver of datagrams was hit while it woke up, either");
}

constexpr Clause table[]{
    {.id = "UXS-01",
     .title = "AStreamOfBytesHasNoBoundariesAndKeepsItsOrder",
     .source = "unix(7), SOCK_STREAM",
     .body = byte_stream},
    {.id = "UXS-02",
     .title = "AfterACleanCloseTheDataComeFirstAndThenTheEnd",
     .source = "recv(2), a stream's end; POSIX recv()",
     .body = clean_close},
    {.id = "UXS-03",
     .title = "APeerThatClosesWithUnreadDataLeavesItsOwnDataAndThenEconnreset",
     .source = "unix(7), ECONNRESET; Linux self-test unix_connreset",
     .body = close_with_unread_data},
    {.id = "UXS-04",
     .title = "ASendToAClosedPeerIsEpipeAndRaisesSigpipe",
     .source = "unix(7), EPIPE; send(2), MSG_NOSIGNAL",
     .body = send_to_closed_peer},
    {.id = "UXS-05",
     .title = "TheLimitOfTheSendBufferCountsMemoryOfTheKernelAndNotBytesSent",
     .source = "socket(7), SO_SNDBUF; unix(7)",
     .body = [] { expect_each_packet_is_charged(SOCK_STREAM); }},
    {.id = "UXS-06",
     .title = "ASendOfNoBytesIsInvisible",
     .source = "measured; POSIX send() leaves it open",
     .body = nothing_sent},
    {.id = "UXS-07",
     .title = "ShutdownOfSendingIsTheEndForThePeerWhoMayStillSend",
     .source = "shutdown(2), SHUT_WR; POSIX shutdown()",
     .body = half_close},
    {.id = "UXS-08",
     .title = "ThePathOfAKilledServerStaysUntilItIsUnlinked",
     .source = "unix(7), NOTES; bind(2), EADDRINUSE; connect(2), ECONNREFUSED",
     .body = path_after_death},
    {.id = "UXS-09",
     .title = "TheAbstractNameOfAKilledServerIsFreeAtOnce",
     .source = "unix(7), Abstract sockets",
     .body = abstract_name_after_death},
    {.id = "UXS-10",
     .title = "AListenerHoldsOneMoreConnectionThanItsBacklogThenConnectSaysEagainOrBlocks",
     .source = "listen(2); connect(2), EAGAIN; Linux self-test unix_listen",
     .body = backlog,
     .documented = "the backlog is the greatest length of the queue of pending connections",
     .observed = "the queue takes one more than the backlog"},
    {.id = "UXS-11",
     .title = "AListenerKilledBeforeItAcceptsIsEconnresetForThePendingClient",
     .source = "unix(7), ECONNRESET; Linux self-test unix_connreset",
     .body = listener_killed_before_accept},
    {.id = "UXS-12",
     .title = "ConnectNeedsWritePermissionAndPeercredTellsWhoConnected",
     .source = "unix(7), Pathname socket ownership and permissions; SO_PEERCRED",
     .body =
         [] {
           write_permission();
           credentials_of_the_connect();
         }},
    {.id = "UXS-13",
     .title = "ANameHasUpTo108Bytes",
     .source = "unix(7), Address format; BUGS, on a path without a null byte",
     .body = longest_name},
    {.id = "UXS-14",
     .title = "MsgOobIsDeliveredOutOfBand",
     .source = "unix(7); Linux self-test msg_oob",
     .body = urgent_byte,
     .documented = "out-of-band data (MSG_OOB) are not supported",
     .observed = "they are, since Linux 5.15, where CONFIG_AF_UNIX_OOB is set"},
    {.id = "UXS-15",
     .title = "AKilledReceiverNeverSwallowsAMessageThatIsSentLater",
     .source = "measured; signal(7)",
     .body = killed_receiver_swallows_nothing},
};

}  // namespace

const Section unix_stream_section{.name = "UXS", .count = 15, .clauses = table};

}  // namespace ipcmark
