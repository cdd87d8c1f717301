// Bare loops over what Windows has.
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "harness/os/cpu.hpp"
#include "harness/os/process.hpp"
#include "harness/os/win32/win32.hpp"
#include "suites/benchmark/against_bare.hpp"
#include "suites/benchmark/bare_trips.hpp"

namespace ipcmark {
namespace {

constexpr std::uint64_t kernel_trips = 3000, lock_rounds = 20000;
constexpr const char* echo_role = "--bare-echo";

struct Pipe {
  Pipe() {
    HANDLE out_of = nullptr, in_to = nullptr;
    os::require(::CreatePipe(&out_of, &in_to, nullptr, 0), "CreatePipe");
    read = os::owned(out_of);
    write = os::owned(in_to);
  }
  os::Handle read, write;
};

bool move_all(HANDLE from, HANDLE to, char* message, DWORD size) {
  DWORD moved = 0;
  const BOOL done = from != nullptr ? ::ReadFile(from, message, size, &moved, nullptr)
                                    : ::WriteFile(to, message, size, &moved, nullptr);
  return done != FALSE && moved == size;
}

// A pipe for each way, and a process that is started for the far end. A message is at most what one call
// moves whole.
BareTrips bare_win_pipe(BarePlace place, std::size_t size, std::uint64_t trips) {
  Pipe there, back;
  const std::array ends{there.read.raw(), back.write.raw()};
  os::Process echo = os::Process::start(os::executable_path(),
                                        {echo_role, std::to_string(ends[1]), std::to_string(place.consumer),
                                         std::to_string(size), std::to_string(all_of(trips))},
                                        ends);
  there.read.reset();
  back.write.reset();
  os::pin_to(place.producer);
  std::vector<char> message(size, 'm');
  const auto bytes = static_cast<DWORD>(size);
  const BareTrips result = time_trips(trips, [&](std::uint64_t) {
    must(move_all(nullptr, os::native(there.write), message.data(), bytes));
    must(move_all(os::native(back.read), nullptr, message.data(), bytes));
  });
  echo.wait();
  return result;
}

int bare_echo(char** words) {
  const HANDLE in = os::native(os::first_handle());
  const HANDLE out = os::native(static_cast<os::RawHandle>(std::stoll(words[2])));
  os::pin_to(static_cast<unsigned>(std::stoul(words[3])));
  const auto size = static_cast<DWORD>(std::stoul(words[4]));
  std::vector<char> message(size);
  for (std::uint64_t k = std::stoull(words[5]); k > 0; --k) {
    must(move_all(in, nullptr, message.data(), size));
    must(move_all(nullptr, out, message.data(), size));
  }
  return 0;
}

// In one process and without anybody else: ns to take a lock and give it back.
double ns_of_a_critical_section() {
  CRITICAL_SECTION section;
  ::InitializeCriticalSection(&section);
  const double ns = time_trips(lock_rounds, [&](std::uint64_t) {
                      ::EnterCriticalSection(&section);
                      ::LeaveCriticalSection(&section);
                    }).bulk_mean;
  ::DeleteCriticalSection(&section);
  return ns;
}
double ns_of_a_mutex() {
  const os::Handle mutex = os::require(::CreateMutexW(nullptr, FALSE, nullptr), "CreateMutex");
  return time_trips(lock_rounds,
                    [&](std::uint64_t) {
                      must(::WaitForSingleObject(os::native(mutex), INFINITE) == WAIT_OBJECT_0);
                      must(::ReleaseMutex(os::native(mutex)) != FALSE);
                    })
      .bulk_mean;
}

}  // namespace

// The last line compares no figure of ours: it is how much more a lock costs that other processes may take
// than one of this process alone.
std::vector<Comparison> kernel_comparisons(Bench& bench) {
  return {{"win_anonymous_pipe ping_pong 64 B same core", "p50", true, 1.05,
           [&] { return bare_win_pipe(bench.same, 64, kernel_trips).p50; },
           [&] { return bench.p50("win_anonymous_pipe"); }},
          {"mutex object / critical section, nobody else", "mean", true, 0, ns_of_a_critical_section,
           ns_of_a_mutex}};
}

std::vector<Comparison> memory_comparisons(Bench&) { return {}; }

std::optional<int> bare_child(int argc, char** argv) {
  if (argc != 6 || std::string_view(argv[1]) != echo_role) return std::nullopt;
  return bare_echo(argv);
}

}  // namespace ipcmark
