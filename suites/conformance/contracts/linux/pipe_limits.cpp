// Bodies of PIPE clauses about descriptors and sizes.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/os/host.hpp"
#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/linux/pipes.hpp"

namespace ipcmark {
namespace {

// Which of the descriptors are open after exec(3), as a number with one binary digit for each.
int open_after_exec(const std::vector<int>& descriptors) {
  std::vector<std::string> words{
      "sh", "-c",
      "n=0; for d; do n=$((n * 2)); if [ -e /proc/self/fd/$d ]; then n=$((n + 1)); fi; done; exit $n", "sh"};
  for (const int descriptor : descriptors) words.push_back(std::to_string(descriptor));
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t child = check(::fork(), "fork");
  if (child == 0) {
    ::execv("/bin/sh", arguments.data());
    ::_exit(127);
  }
  int status = 0;
  check(::waitpid(child, &status, 0), "waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Opens a pipe with O_CLOEXEC and one without.
void execute_with_pipes(Stage& stage) {
  int plain[2], closed[2];
  check(::pipe2(plain, 0), "pipe2");
  check(::pipe2(closed, O_CLOEXEC), "pipe2");
  stage.say(std::to_string(open_after_exec({plain[0], plain[1], closed[0], closed[1]})));
}

std::string bytes_of(long pages) { return std::to_string(pages * page_bytes()); }

void sizes_of(Form form) {
  const long page = page_bytes();
  const Pipe pipe(form);
  Actor writer(hold_one_end, {pipe.write.raw()}), reader(hold_one_end, {pipe.read.raw()});
  const std::pair<long, long> sizes[]{{1, 1},        {page, 1},     {page + 1, 2},
                                      {3 * page, 4}, {5 * page, 8}, {4 * page, 4}};
  for (const auto& [wanted, pages] : sizes) {
    EXPECT_EQ(ask(writer, "resize " + std::to_string(wanted)), bytes_of(pages)) << wanted;
    EXPECT_EQ(ask(reader, "size"), bytes_of(pages)) << wanted;
  }
  const std::string three = std::to_string(3 * page), four = std::to_string(4 * page);
  EXPECT_EQ(ask(writer, "bytes " + three), three);
  EXPECT_EQ(ask(writer, "resize " + std::to_string(2 * page)), "EBUSY");
  EXPECT_EQ(ask(reader, "size"), four);
  EXPECT_EQ(ask(writer, "resize " + std::to_string(8 * page)), bytes_of(8));
  EXPECT_EQ(ask(reader, "drain " + three), three);
}

void largest_of(Form form, std::int64_t most) {
  const Pipe pipe(form);
  Actor writer(hold_one_end, {pipe.write.raw()});
  ask(writer, "renounce");
  EXPECT_EQ(ask(writer, "resize " + std::to_string(most + 1)), "EPERM");
  EXPECT_EQ(ask(writer, "resize " + std::to_string(most)), std::to_string(most));
}

std::int64_t setting(const std::string& name) {
  const auto value = os::number_in("/proc/sys/fs/" + name);
  if (!value) throw Unsupported("there is no sysctl fs." + name + " to read");
  return *value;
}

// Another process writes as much as `bytes`; returns how much came.
long through(Pipe pipe, std::size_t bytes) {
  const pid_t child = check(::fork(), "fork");
  if (child == 0) {
    pipe.read.reset();
    const std::string all(bytes, 'x');
    ::_exit(::write(pipe.write.fd(), all.data(), all.size()) == static_cast<ssize_t>(all.size()) ? 0 : 1);
  }
  pipe.write.reset();
  long all = 0;
  char piece[1000];
  while (const ssize_t got = check(::read(pipe.read.fd(), piece, sizeof piece), "read")) all += got;
  int status = 0;
  check(::waitpid(child, &status, 0), "waitpid");
  return status == 0 ? all : -1;
}

// Opens pipes of the size that is its text until the user may not have more, and tells what then happens.
void use_up_the_pages(Stage& stage) {
  rlimit files{};
  check(::getrlimit(RLIMIT_NOFILE, &files), "getrlimit");
  files.rlim_cur = files.rlim_max;
  check(::setrlimit(RLIMIT_NOFILE, &files), "setrlimit");
  give_up_privileges();
  std::vector<Pipe> pipes;
  while (::fcntl(pipes.emplace_back().read.fd(), F_SETPIPE_SZ, std::stoi(stage.text())) != -1) {
  }
  stage.say(error_name(errno));
  while (slots_of(pipes.back().read) > 2) pipes.emplace_back();
  stage.say(std::to_string(slots_of(pipes.back().read)));
  // With one slot, as Linux 5.13 and earlier gave, this byte would have to wait until the page is read.
  const int read = pipes.back().read.fd(), write = pipes.back().write.fd();
  check(::fcntl(write, F_SETFL, O_NONBLOCK), "fcntl F_SETFL");
  const std::string page(static_cast<std::size_t>(page_bytes()), 'x');
  char byte = 0;
  check(::write(write, page.data(), page.size()), "write");
  check(::read(read, &byte, 1), "read");
  stage.say(result_of(::write(write, &byte, 1)));
  stage.say(std::to_string(through(Pipe(), 100'000)));
}

// Open descriptors below a limit.
int open_below(int limit) {
  int open = 0;
  for (int k = 0; k < limit; ++k) open += ::fcntl(k, F_GETFD) != -1 ? 1 : 0;
  return open;
}

// Opens a pipe where this process may have just so many descriptors more.
std::string open_with(int spare) {
  int limit = 0;
  while (limit - open_below(limit) < spare || ::fcntl(limit, F_GETFD) != -1) ++limit;
  rlimit files{};
  check(::getrlimit(RLIMIT_NOFILE, &files), "getrlimit");
  files.rlim_cur = static_cast<rlim_t>(limit);
  check(::setrlimit(RLIMIT_NOFILE, &files), "setrlimit");
  const int before = open_below(limit + 10);
  int ends[2]{-7, -8};
  std::string told = ::pipe(ends) == 0 ? "opened" : result_of(-1);
  told += ", " + std::to_string(open_below(limit + 10) - before) + " more";
  if (told.starts_with("opened")) {
    char byte = 'x';
    if (::write(ends[1], &byte, 1) != 1 || ::read(ends[0], &byte, 1) != 1) told += ", broken";
    ::close(ends[0]);
    ::close(ends[1]);
  } else if (ends[0] != -7 || ends[1] != -8) {
    told += ", numbers given";
  }
  return told;
}

}  // namespace

void close_on_exec_closes_both_ends() {
  Actor opener(execute_with_pipes);
  EXPECT_EQ(opener.hear(), "12");  // binary 1100
}

void sizes_are_rounded_and_bounded() {
  const std::int64_t most = setting("pipe-max-size");
  for (const Form form : both_forms) {
    SCOPED_TRACE(name_of(form));
    sizes_of(form);
    largest_of(form, most);
  }
}

void past_the_limit_of_a_user_pipes_are_small_but_work() {
  const std::int64_t soft = setting("pipe-user-pages-soft"), most = setting("pipe-max-size");
  if (soft == 0) throw Unsupported("sysctl fs.pipe-user-pages-soft is 0, which is no limit");
  const std::int64_t pipes = soft / (most / page_bytes()) + 20;
  rlimit files{};
  check(::getrlimit(RLIMIT_NOFILE, &files), "getrlimit");
  if (static_cast<rlim_t>(2 * pipes + 10) > files.rlim_max)
    throw Unsupported("sysctl fs.pipe-user-pages-soft is " + std::to_string(soft) + ", which takes " +
                      std::to_string(pipes) + " pipes: more than RLIMIT_NOFILE allows");
  Actor user(use_up_the_pages, {}, std::to_string(most));
  EXPECT_EQ(user.hear(), "EPERM");
  const std::string slots = user.hear();
  EXPECT_TRUE(slots == "2" || slots == "1") << slots;
  EXPECT_EQ(user.hear(), "1");
  EXPECT_EQ(user.hear(), "100000");
}

void out_of_descriptors_leaves_nothing_open() {
  Actor opener([](Stage& stage) {
    for (;;) stage.say(open_with(std::stoi(stage.hear())));
  });
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(ask(opener, "0"), "EMFILE, 0 more");
    EXPECT_EQ(ask(opener, "1"), "EMFILE, 0 more");
    EXPECT_EQ(ask(opener, "2"), "opened, 2 more");
  }
}

}  // namespace ipcmark
