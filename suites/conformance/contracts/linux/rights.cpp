// SCM: descriptors and credentials that go along with a message, unix(7), SCM_RIGHTS.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/kcmp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <span>
#include <vector>

#include "suites/conformance/contracts/linux/parcels.hpp"
#include "suites/conformance/contracts/linux/sockets.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

// Sends its other handles over the first, gives up its own, and says what came of it.
void send_all(Stage& stage) {
  const int count = std::stoi(stage.text());
  std::vector<int> descriptors;
  for (int k = 1; k <= count; ++k) descriptors.push_back(stage.fd(static_cast<std::size_t>(k)));
  stage.say(result_of(send_with(stage.fd(0), descriptors)));
  for (const int descriptor : descriptors) ::close(descriptor);
  stage.say("closed");
  Stage::wait_to_be_killed();
}

// A memory file with a text in it, which another process reads further and changes the flags of.
void share_a_file(Stage& stage) {
  const os::Handle file(check(::memfd_create("shared", MFD_CLOEXEC), "memfd_create"));
  check(::write(file.fd(), "abcdef", 6), "write");
  check(::lseek(file.fd(), 3, SEEK_SET), "lseek");
  check(send_with(stage.fd(0), {file.fd()}), "sendmsg");
  stage.say(std::to_string(file.fd()));
  stage.hear();
  stage.say(std::to_string(::lseek(file.fd(), 0, SEEK_CUR)));
  stage.say((::fcntl(file.fd(), F_GETFL) & O_APPEND) != 0 ? "appends" : "does not append");
  stage.say(::fcntl(file.fd(), F_GETFD) == FD_CLOEXEC ? "closes on exec" : "stays open on exec");
  Stage::wait_to_be_killed();
}
void read_a_shared_file(Stage& stage) {
  const Parcel parcel = receive_with(stage.fd(0), 1);
  const int file = parcel.descriptors.at(0);
  char letter = 0;
  check(::read(file, &letter, 1), "read");
  check(::fcntl(file, F_SETFL, O_APPEND), "F_SETFL");
  check(::fcntl(file, F_SETFD, 0), "F_SETFD");
  stage.say(std::string(1, letter));
  stage.say(std::to_string(file));
  Stage::wait_to_be_killed();
}

void same_open_file() {
  Couple couple(unix_pair(SOCK_STREAM), share_a_file, read_a_shared_file);
  const std::string sent = couple.first.hear();
  EXPECT_EQ(couple.second.hear(), "d") << "read from where the sender had moved to";
  const std::string got = couple.second.hear();
  couple.first.say("look");
  EXPECT_EQ(couple.first.hear(), "4");
  EXPECT_EQ(couple.first.hear(), "appends");
  EXPECT_EQ(couple.first.hear(), "closes on exec") << "which belongs to the descriptor and not to the file";
  const long compared = ::syscall(SYS_kcmp, couple.first.id(), couple.second.id(), KCMP_FILE,
                                  std::stoul(sent), std::stoul(got));
  if (compared == -1) {
    observe("kcmp(2) could not be asked: " + result_of(compared));
  } else {
    EXPECT_EQ(compared, 0) << "kcmp(2)";
  }
}

// Encloses its handle 1 as often as its text says.
void send_often(Stage& stage) {
  const std::vector<int> descriptors(std::stoul(stage.text()), stage.fd(1));
  stage.say(result_of(send_with(stage.fd(0), descriptors)));
  Stage::wait_to_be_killed();
}

void at_most_253() {
  rlimit limit{};
  check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  if (limit.rlim_max < 2 * most_descriptors)
    throw Unsupported("a process may have less than 506 descriptors here: ulimit -Hn");
  limit.rlim_cur = limit.rlim_max;
  check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
  const SocketEnds ends = unix_pair(SOCK_SEQPACKET);
  const Witness witness;
  Actor too_many(send_often, {ends.first.raw(), witness.write.raw()}, std::to_string(most_descriptors + 1));
  EXPECT_EQ(too_many.hear(), "EINVAL");
  EXPECT_EQ(receive_with(ends.second.fd(), 1, MSG_DONTWAIT).text, "EAGAIN");
  Actor most(send_often, {ends.first.raw(), witness.write.raw()}, std::to_string(most_descriptors));
  EXPECT_EQ(most.hear(), "1");
  const Parcel parcel = receive_with(ends.second.fd(), most_descriptors);
  EXPECT_EQ(parcel.said(), "x with 253");
  const std::set<int> different(parcel.descriptors.begin(), parcel.descriptors.end());
  EXPECT_EQ(different.size(), most_descriptors);
  struct stat wanted {
  }, found{};
  check(::fstat(witness.write.fd(), &wanted), "fstat");
  for (const int descriptor : different) {
    EXPECT_EQ(::fstat(descriptor, &found), 0);
    EXPECT_EQ(found.st_ino, wanted.st_ino);
  }
}

// Receives with room for as many descriptors as its text says, then closes what came.
void receive_few(Stage& stage) {
  const Parcel parcel = receive_with(stage.fd(0), std::stoul(stage.text()));
  stage.say(parcel.said());
  stage.hear();
  for (const int descriptor : parcel.descriptors) ::close(descriptor);
  stage.say("closed");
  Stage::wait_to_be_killed();
}

// Three witnesses are on their way when the receiver comes.
void surplus_is_closed() {
  SocketEnds ends = unix_pair(SOCK_STREAM);
  Witness witnesses[3];
  Actor sender(
      send_all,
      {ends.first.raw(), witnesses[0].write.raw(), witnesses[1].write.raw(), witnesses[2].write.raw()}, "3");
  EXPECT_EQ(sender.hear(), "1");
  EXPECT_EQ(sender.hear(), "closed");
  for (Witness& witness : witnesses) witness.write.reset();
  for (const Witness& witness : witnesses) EXPECT_EQ(witness.state(), "open");

  Actor receiver(receive_few, {ends.second.raw()}, "1");
  EXPECT_EQ(receiver.hear(), "x with 1 and more");
  EXPECT_EQ(witnesses[0].state(), "open");
  EXPECT_EQ(witnesses[1].state(), "closed");
  EXPECT_EQ(witnesses[2].state(), "closed");
  receiver.say("close");
  EXPECT_EQ(receiver.hear(), "closed");
  EXPECT_EQ(witnesses[0].state(), "closed");
}

void plain_receive_closes() {
  for (const int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}) {
    SocketEnds ends = unix_pair(type);
    Witness witness;
    Actor sender(send_all, {ends.first.raw(), witness.write.raw()}, "1");
    EXPECT_EQ(sender.hear(), "1");
    EXPECT_EQ(sender.hear(), "closed");
    witness.write.reset();
    EXPECT_EQ(witness.state(), "open");
    Actor receiver(
        [](Stage& stage) {
          char byte = 0;
          stage.say(result_of(::recv(stage.fd(0), &byte, 1, 0)));
          Stage::wait_to_be_killed();
        },
        {ends.second.raw()});
    EXPECT_EQ(receiver.hear(), "1");
    EXPECT_EQ(witness.state(), "closed");
  }
}

// Encloses a memory file that nobody else knows.
void send_a_file(Stage& stage) {
  const os::Handle file(check(::memfd_create("inherited", MFD_CLOEXEC), "memfd_create"));
  check(::pwrite(file.fd(), "abcdef", 6, 0), "pwrite");
  stage.say(result_of(send_with(stage.fd(0), {file.fd()})));
  Stage::wait_to_be_killed();
}

void outlives_its_sender() {
  SocketEnds ends = unix_pair(SOCK_STREAM);
  Actor sender(send_a_file, {ends.first.raw()});
  EXPECT_EQ(sender.hear(), "1");
  ends.first.reset();
  sender.kill();
  Actor receiver(
      [](Stage& stage) {
        const Parcel parcel = receive_with(stage.fd(0), 1);
        char text[7]{};
        check(::pread(parcel.descriptors.at(0), text, 6, 0), "pread");
        stage.say(text);
        stage.say(received(stage.fd(0), 1));
      },
      {ends.second.raw()});
  EXPECT_EQ(receiver.hear(), "abcdef");
  EXPECT_EQ(receiver.hear(), "nothing") << "the end of the stream";
}

void barrier_in_a_stream() {
  const SocketEnds ends = unix_pair(SOCK_STREAM);
  const Witness witness;
  Actor sender(
      [](Stage& stage) {
        check(::send(stage.fd(0), "aaaa", 4, MSG_NOSIGNAL), "send");
        check(send_with(stage.fd(0), {stage.fd(1)}, "b"), "sendmsg");
        check(::send(stage.fd(0), "cccc", 4, MSG_NOSIGNAL), "send");
        check(::send(stage.fd(0), "dd", 2, MSG_NOSIGNAL), "send");
        check(send_with(stage.fd(0), {stage.fd(1), stage.fd(1)}, "e"), "sendmsg");
        check(send_with(stage.fd(0), {stage.fd(1)}, "f"), "sendmsg");
        stage.say("sent");
      },
      {ends.first.raw(), witness.write.raw()});
  ASSERT_EQ(sender.hear(), "sent");
  EXPECT_EQ(receive_with(ends.second.fd(), 9).said(), "aaaab with 1");
  EXPECT_EQ(receive_with(ends.second.fd(), 9).said(), "ccccdde with 2");
  EXPECT_EQ(receive_with(ends.second.fd(), 9).said(), "f with 1");
}

constexpr int small_limit = 50;  // of descriptors, in the clause below

// Encloses one descriptor after the other until it is refused; once more when told.
void send_until_refused(Stage& stage) {
  if (stage.text() == "without") give_up_capabilities();
  rlimit limit{};
  check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  limit.rlim_cur = small_limit;
  check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
  for (;;) {
    int count = 0;
    while (count < 2 * small_limit && send_with(stage.fd(0), {stage.fd(1)}) == 1) ++count;
    stage.say(std::to_string(count));
    stage.say(count < 2 * small_limit ? result_of(-1) : "no limit");
    stage.hear();
  }
}

// Descriptors in flight are counted for a user, so that those of others, in programs that have nothing to do
// with this one, leave less room.
void too_many_in_flight() {
  SocketEnds ends = unix_pair(SOCK_DGRAM);
  const Witness witness;
  Actor sender(send_until_refused, {ends.first.raw(), witness.write.raw()}, "without");
  const int count = std::stoi(sender.hear());
  EXPECT_EQ(sender.hear(), "ETOOMANYREFS");
  EXPECT_LE(count, small_limit + 1);
  observe(std::to_string(count) + " were let in with RLIMIT_NOFILE at " + std::to_string(small_limit));
  if (count < 5) throw Inconclusive("others of this user have descriptors in flight");

  // A receive makes room for as many as it takes out.
  for (int k = 0; k < 5; ++k) {
    const Parcel parcel = receive_with(ends.second.fd(), 1);
    EXPECT_EQ(parcel.said(), "x with 1");
    for (const int descriptor : parcel.descriptors) ::close(descriptor);
  }
  sender.say("again");
  EXPECT_EQ(sender.hear(), "5");
  EXPECT_EQ(sender.hear(), "ETOOMANYREFS");
  if (!may(CAP_SYS_RESOURCE) && !may(CAP_SYS_ADMIN)) return;
  const SocketEnds more_ends = unix_pair(SOCK_DGRAM);
  Actor other(send_until_refused, {more_ends.first.raw(), witness.write.raw()}, "with");
  const std::string more = other.hear();
  observe("a sender with CAP_SYS_RESOURCE or CAP_SYS_ADMIN then let in " + more + " more: " + other.hear());
}

// Encloses both ends of a pair in each other, with handle 0 in one of the letters, and drops them: nothing
// but they themselves has them any more. Does the same once more with a pair of which handle 1 is an end.
void make_cycles(Stage& stage) {
  {
    const SocketEnds lost = unix_pair(SOCK_DGRAM);
    check(send_with(lost.first.fd(), {lost.first.fd(), stage.fd(0)}), "sendmsg");
    check(send_with(lost.second.fd(), {lost.second.fd()}), "sendmsg");
    check(send_with(stage.fd(1), {stage.fd(1), stage.fd(2)}), "sendmsg");
    for (std::size_t k = 0; k < 3; ++k) stage.close(k);
    stage.say("made");
    stage.hear();
  }
  stage.say("dropped");
  Stage::wait_to_be_killed();
}

void cycles_are_collected() {
  for (const bool killed : {false, true}) {
    Witness lost, kept;
    SocketEnds ends = unix_pair(SOCK_DGRAM);
    Actor owner(make_cycles, {lost.write.raw(), ends.first.raw(), kept.write.raw()});
    ASSERT_EQ(owner.hear(), "made");
    lost.write.reset();
    kept.write.reset();
    ends.first.reset();
    EXPECT_EQ(lost.state(), "open");
    Actor reader(
        [](Stage& stage) {
          check(::fcntl(stage.fd(0), F_SETFL, 0), "F_SETFL");
          char byte = 0;
          stage.say(result_of(::read(stage.fd(0), &byte, 1)));
        },
        {lost.read.raw()});
    reader.await_blocked_in(SYS_read);
    if (killed) {
      owner.kill();
    } else {
      owner.say("drop");
    }
    // The collector works in its own time, and so this waits for as long as it takes.
    EXPECT_EQ(reader.hear(), "0");

    // What can still be received is not garbage, although it is in flight as well.
    EXPECT_EQ(kept.state(), "open");
    const Parcel parcel = receive_with(ends.second.fd(), 2);
    ASSERT_EQ(parcel.said(), "x with 2");
    EXPECT_EQ(::send(parcel.descriptors[0], "y", 1, MSG_NOSIGNAL), 1);
    EXPECT_EQ(received(ends.second.fd(), 1), "got y");
    EXPECT_EQ(kept.state(), "open");
    for (const int descriptor : parcel.descriptors) ::close(descriptor);
    EXPECT_EQ(kept.state(), "closed");
  }
}

// Says who it is and who it is not.
void forge_credentials(Stage& stage) {
  give_up_capabilities();
  const ucred self{::getpid(), ::geteuid(), ::getegid()};
  ucred other_process = self, other_user = self, other_group = self;
  other_process.pid = ::getppid();
  other_user.uid = self.uid + 1;
  other_group.gid = self.gid + 1;
  for (const ucred& said : {other_process, other_user, other_group, self})
    stage.say(result_of(send_control(stage.fd(0), SCM_CREDENTIALS, std::as_bytes(std::span(&said, 1)), "x")));
  Stage::wait_to_be_killed();
}

void forged_credentials() {
  const SocketEnds ends = unix_pair(SOCK_DGRAM);
  const int on = 1;
  check(::setsockopt(ends.second.fd(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on), "SO_PASSCRED");
  Actor sender(forge_credentials, {ends.first.raw()});
  for (const char* whose : {"process", "user", "group"}) EXPECT_EQ(sender.hear(), "EPERM") << whose;
  EXPECT_EQ(sender.hear(), "1");

  char text = 0;
  iovec data{&text, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred))];
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  ASSERT_EQ(::recvmsg(ends.second.fd(), &header, 0), 1);
  const cmsghdr* const first = CMSG_FIRSTHDR(&header);
  ASSERT_NE(first, nullptr);
  ASSERT_EQ(first->cmsg_type, SCM_CREDENTIALS);
  ucred sent{};
  std::memcpy(&sent, CMSG_DATA(first), sizeof sent);
  EXPECT_EQ(sent.pid, sender.id());
  EXPECT_EQ(sent.uid, ::geteuid());
  EXPECT_EQ(sent.gid, ::getegid());
  EXPECT_EQ(received(ends.second.fd(), 1, MSG_DONTWAIT), "EAGAIN") << "nothing of the forged ones was sent";
}

constexpr Clause table[]{
    {.id = "SCM-01",
     .title = "AReceivedDescriptorSharesTheOpenFileOffsetAndFlags",
     .source = "unix(7), SCM_RIGHTS; open(2), open file descriptions; kcmp(2)",
     .body = same_open_file},
    {.id = "SCM-02",
     .title = "AMessageTakesUpTo253DescriptorsAndOneMoreIsEinval",
     .source = "unix(7), SCM_RIGHTS, SCM_MAX_FD",
     .body = at_most_253},
    {.id = "SCM-03",
     .title = "DescriptorsWithoutRoomAreClosedAndMsgCtruncIsSet",
     .source = "unix(7), SCM_RIGHTS; recvmsg(2), MSG_CTRUNC",
     .body = surplus_is_closed},
    {.id = "SCM-04",
     .title = "AReceiveWithoutControlDataClosesTheDescriptors",
     .source = "unix(7), SCM_RIGHTS; measured for recv(2)",
     .body = plain_receive_closes},
    {.id = "SCM-05",
     .title = "ADescriptorInFlightOutlivesItsSender",
     .source = "unix(7), SCM_RIGHTS; measured",
     .body = outlives_its_sender},
    {.id = "SCM-06",
     .title = "DescriptorsAreABarrierBetweenTheBytesOfAStream",
     .source = "unix(7), Ancillary messages",
     .body = barrier_in_a_stream},
    {.id = "SCM-07",
     .title = "MoreDescriptorsInFlightThanRlimitNofileAreEtoomanyrefs",
     .source = "unix(7), ETOOMANYREFS",
     .body = too_many_in_flight,
     .documented = "CAP_SYS_RESOURCE lifts the limit",
     .observed = "so does CAP_SYS_ADMIN, and the limit lets one more in",
     .alone = true},
    {.id = "SCM-08",
     .title = "SocketsThatOnlyTheirOwnLettersHoldAreCollected",
     .source = "Linux self-test scm_rights",
     .body = cycles_are_collected},
    {.id = "SCM-09",
     .title = "ForgedCredentialsAreEpermWithoutACapability",
     .source = "unix(7), SCM_CREDENTIALS; capabilities(7)",
     .body = forged_credentials},
};

}  // namespace

const Section rights_section{.name = "SCM", .count = 9, .clauses = table};

}  // namespace ipcmark
