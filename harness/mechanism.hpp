// What every IPC mechanism implements. READ THIS FIRST.
//
// A run has one parent and some children, all of them this same executable started anew:
//
//   parent  create(options) -> Link       owns every kernel object of the run
//           link.ticket(role)             what one child needs: an address, and exactly these handles
//   child   open(ticket, role, wait) -> Endpoint
//           endpoint.send(), .recv()      the only calls that are ever timed
//
// A mechanism states its promises and its weaknesses in Traits, which are data. Suites choose their tests and
// workloads by traits and never by a name. One file, mechanisms/<family>/<name>.cpp, is one mechanism: what
// it is and what surprised, Link, Endpoint, and a table at its end; mechanisms/CMakeLists.txt has a line for
// each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/errors.hpp"
#include "harness/loops.hpp"
#include "harness/os/handle.hpp"
#include "harness/os/memory.hpp"
#include "harness/tuning.hpp"

namespace ipcmark {

enum class Framing : std::uint8_t {
  bytes,    // a stream of bytes; the family's helper cuts it into messages
  message,  // one send is one receive
  signal,   // a wake-up without payload
  none      // nothing is transferred: the harness's own cost
};
enum class Delivery : std::uint8_t { every, lossy, merged, latest };  // what a slow consumer gets
enum class Lifetime : std::uint8_t {
  handles,  // gone with the last handle to it
  kernel,   // stays until it is removed or the host restarts
  file      // a name in a file system
};
enum class Wait : std::uint8_t { spin, block, adaptive };  // what send and recv do when they cannot go on
enum class Role : std::uint8_t { producer, consumer };

// The waits that a mechanism offers.
struct Waits {
  bool spin = false, block = true, adaptive = false;
  constexpr bool offers(Wait wait) const noexcept {
    return wait == Wait::spin ? spin : wait == Wait::block ? block : adaptive;
  }
};
inline constexpr Waits blocks_only{};
inline constexpr Waits blocks_or_polls{.spin = true};  // polling: non-blocking calls in a loop
inline constexpr Waits every_wait{.spin = true, .block = true, .adaptive = true};

// One field is one promise or one weakness. A false promise is a failing test; so is a stated weakness that
// the mechanism does not have.
struct Traits {
  std::string_view name;     // also its file's name and its symbol's
  std::string_view family;   // also its folder's name
  std::string_view summary;  // one line for `ipcmark list`
  std::string_view manual;   // where its behaviour is documented: "pipe(7)"
  Framing framing = Framing::message;
  Delivery delivery = Delivery::every;
  Lifetime lifetime = Lifetime::handles;
  Waits waits = blocks_only;
  Axes axes = {};                // what of it a trial may vary: harness/tuning.hpp
  bool fifo = true;              // one producer's messages arrive in the order sent
  bool duplex = false;           // one Link carries both directions
  bool many_producers = false;   // several producers may share a Link
  bool many_consumers = false;   // several consumers may share it, and each message reaches one of them
  bool broadcasts = false;       // several consumers may share it, and each message reaches all of them
  bool loans = false;            // its endpoint is a LoanEndpoint: harness/loan.hpp
  unsigned priorities = 1;       // levels; of two or more, its endpoint is a PriorityEndpoint
  bool selects = false;          // and a SelectiveEndpoint: harness/priority.hpp
  bool sees_peer_death = false;  // recv says `closed` once every producer has died
  // A peer killed at any point never blocks the others, and takes no message along whose send has returned,
  // but for the one that a consumer has in hand: suites/conformance/faults/scene.hpp.
  bool survives_peer_kill = false;
  bool named = false;                 // a program that is no relative reaches it, by a name or an address
  bool passes_descriptors = false;    // a message may bring an open file along: unix(7), SCM_RIGHTS
  std::string_view needs = {};        // what has to be there beside the kernel: "an X server"
  std::string_view counterpart = {};  // the same design on the other system: "win_tcp"

  // A stream's consumer may get fewer messages than were sent, and that is no failure.
  constexpr bool may_miss() const noexcept { return delivery != Delivery::every; }
};

// What the person at the command line has allowed (--touch-clipboard), for every Options of this process. Set
// once, before the first link is made; a verification hands it on to the processes of its cases.
inline bool clipboard_may_be_touched = false;

struct Options {
  std::size_t max_message = 4096;  // bytes; create throws Unsupported when this host cannot
  std::size_t depth = 64;          // messages that fit before send has to wait, where that can be chosen
  std::size_t buffer = 0;          // bytes of the kernel's buffer; 0: leave it as it is
  os::Memory memory = os::Memory::posix_shm;  // what shared memory is made of
  std::string run = {};                       // the run's id, part of every name
  unsigned link = 0;                          // the link's number within the run, part of every name
  // The user's clipboard may change meanwhile: need_the_clipboard().
  bool touch_clipboard = clipboard_may_be_touched;
};

// For a Link that changes what is in a clipboard, before it does: throws Unsupported, with what to type,
// unless the user has allowed that. The Link then puts back what was there when it is destroyed.
void need_the_clipboard(const Options&);

// What one child needs to reach a Link.
struct Ticket {
  std::string address;                 // a name, a port, a key; may be empty
  std::vector<os::RawHandle> handles;  // the child inherits exactly these
  std::size_t max_message = 0;         // as in Options
  std::size_t depth = 0, buffer = 0;
  bool in_place = false;  // a LoanEndpoint reads messages where they lie: harness/loan.hpp
  std::size_t batch = 1;  // messages announced together, where that can be chosen
  os::Memory memory = os::Memory::posix_shm;
  std::uint16_t run_tag = 0;  // of the messages' stamps: harness/message.hpp
};

// One instance of a mechanism, owned by the parent. Its constructor creates every name, listening socket and
// segment, so that a child never waits for another to do so.
class Link {
 public:
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  virtual ~Link() = default;  // removes every trace, also after children were killed

  // The ticket of the next child of this role. Handles stay the Link's own.
  virtual Ticket ticket(Role) = 0;

  // Every child has opened its endpoint: drop the parent's copies, or no one ever sees the end of a stream,
  // and remove every name that is no longer needed.
  virtual void handed_over() {}
};

// One end, in a child. The timed path never throws.
//   send  one message of 0 to max_message bytes; waits while there is no room
//   recv  one message into buffer; waits while there is none; `truncated` when it was larger than the buffer
// Both return `closed` when the other side is gone and can be known to be, and `stopped` when the parent has
// asked this process to leave a call that would wait: os::stop_requested(). A receive that need not wait
// takes its message all the same: the consumers of a crowd are told to stop while something may still be
// there.
class Endpoint {
 public:
  Endpoint() = default;
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;
  virtual ~Endpoint() = default;
  virtual Io send(std::span<const std::byte> message) noexcept = 0;
  virtual Io recv(std::span<std::byte> buffer) noexcept = 0;
};

// Clauses of `ipcmark verify` that a mechanism is known not to keep at times, for a reason of the system's.
struct KnownFailure {
  std::string_view clauses;  // how their ids begin: "CON-"
  std::string_view told;     // stands in the text of each assertion that then fails, or of the hang
  std::string_view why;
  bool (*here)() = nullptr;  // whether this host is such a system; null: every one is
};

// The table at the end of each mechanism's file.
struct Mechanism {
  Traits traits;
  std::unique_ptr<Link> (*create)(const Options&);
  std::unique_ptr<Endpoint> (*open)(const Ticket&, Role, Wait);
  // loops_of<E>: instantiated for the concrete endpoint, so that no call in them is indirect.
  Loops<Endpoint> loops;
  std::span<const KnownFailure> known = {};
};

template <class L>
std::unique_ptr<Link> create_as(const Options& options) {
  return std::make_unique<L>(options);
}
template <class E>
std::unique_ptr<Endpoint> open_as(const Ticket& ticket, Role role, Wait wait) {
  return std::make_unique<E>(ticket, role, wait);
}
template <class E>
inline constexpr Loops<Endpoint> loops_of = make_loops<Endpoint, E>();

// The words of traits, as the program and its files write them.
std::string_view name_of(Framing) noexcept;
std::string_view name_of(Delivery) noexcept;
std::string_view name_of(Lifetime) noexcept;
std::string_view name_of(Wait) noexcept;
std::optional<Wait> wait_named(std::string_view) noexcept;
inline constexpr Wait every_kind_of_wait[]{Wait::spin, Wait::block, Wait::adaptive};

// Every mechanism of this program, in the order of mechanisms/CMakeLists.txt, from which the list is
// generated.
std::span<const Mechanism* const> mechanisms();
const Mechanism* mechanism_named(std::string_view name) noexcept;  // null when there is none

// What a mechanism takes to build and to keep, as CMake found it in the sources.
struct SourceFacts {
  std::string_view mechanism;
  unsigned lines = 0;          // of code, in its own file and in those of mechanisms/ that it includes
  std::string_view systems;    // "linux", "windows", "linux,windows"
  std::string_view libraries;  // modules of pkg-config: "xcb,xcb-xfixes"
};
std::span<const SourceFacts> source_facts();  // one for each of mechanisms(), in the same order

}  // namespace ipcmark
