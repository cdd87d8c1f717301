// D-Bus: signals with one array of bytes, each sent by libdbus-1 to the well-known name of the other side,
// through a dbus-daemon(1) that is started for the run. D-Bus Specification, dbus-daemon(1).
//
// The daemon takes what a sender says as fast as it can and keeps it in its own memory until the receiver
// reads, so that by the limits of a session bus (1 GB each) 200000 messages of 1 KiB to a receiver that
// sleeps made it 312 MB large, and no sender waited. What happens at a limit depends on which one is reached.
//   max_incoming_bytes   bounds what one sender has under way until it is delivered, and the daemon reads no
//                        more from that sender, which waits in its socket. Nothing is lost, order stays.
//   max_outgoing_bytes   bounds what waits for one receiver, and beyond it messages are dropped: of 5000
//                        messages 4385 were, each told to its sender by an error LimitsExceeded.
// By default both are 127 MiB and one sender waits, but several to one receiver are dropped. So here the
// first is the depth, and the second out of reach. The sockets on both sides hold some more: at a depth of 64
// a producer waits behind 185 messages of 1 KiB or 509 of 64 bytes. (dbus-daemon 1.14, all measured.)
//
// libdbus itself would put what the socket does not take into a queue without bound, so send() returns when
// that is empty. Its calls that wait do not end when a signal comes; waiting is done by poll(2) beside them,
// and a receive is two poll(2) and two recvmsg(2), of which libdbus makes one each. The daemon says when a
// name has lost its last owner; send() looks for that with one poll(2) more, or it would go on for ever.
//
// What a sender says last may stay in the daemon. Once the first limit is reached it leaves in its loader
// what it has read but not delivered, and when there is room again it looks at the loader only if something
// new comes from that sender: of eight producers up to three had their last 1 to 3 messages lie there in 5 of
// 6 runs, and in 0 of 12 when each said something more a second later. So an endpoint that has sent asks the
// daemon for its id before it goes; one that is killed cannot, and one that just stays silent does not.
//
// With Wait::spin the two ends poll; the daemon between them always sleeps. What it uses is in no process's
// figures, and no placement pins it.
#include <poll.h>

#include <algorithm>

#include "harness/mechanism.hpp"
#include "harness/os/host.hpp"
#include "harness/os/wait.hpp"
#include "mechanisms/desktop/bus_connection.hpp"
#include "mechanisms/desktop/bus_daemon.hpp"

namespace ipcmark {
namespace {

constexpr std::size_t header = 144;         // bytes of a payload's message beside it
constexpr std::size_t largest_call = 4096;  // bytes, of what is said to the daemon itself

class DbusLink final : public Link {
 public:
  explicit DbusLink(const Options& options)
      : daemon_(os::object_name(options.run, options.link), limits_for(options)) {}
  Ticket ticket(Role) override { return {.address = daemon_.address(), .handles = {}}; }

 private:
  static BusLimits limits_for(const Options& options) {
    if (options.max_message > DBUS_MAXIMUM_ARRAY_LENGTH) {
      throw Unsupported("an array of D-Bus has at most " + std::to_string(DBUS_MAXIMUM_ARRAY_LENGTH) +
                        " bytes (D-Bus specification, Marshaling); no setting lifts that");
    }
    return {.message = options.max_message + largest_call,
            .incoming = (options.max_message + header) * options.depth};
  }
  BusDaemon daemon_;
};

class DbusEndpoint final : public Endpoint {
 public:
  DbusEndpoint(const Ticket& ticket, Role role, Wait wait)
      : peer_(role == Role::producer ? consumer : producer),
        bus_(bus_connection(ticket.address, role == Role::producer ? producer : consumer, peer_)),
        max_message_(ticket.max_message),
        spins_(wait == Wait::spin) {
    if (::dbus_connection_get_unix_fd(bus_.get(), &socket_) == FALSE)
      throw std::runtime_error("dbus_connection_get_unix_fd: the connection has no descriptor");
  }

  ~DbusEndpoint() override {
    if (has_sent_ && !os::stop_requested()) await_read();
  }
  DbusEndpoint(const DbusEndpoint&) = delete;
  DbusEndpoint& operator=(const DbusEndpoint&) = delete;

  // Done when the kernel has all of it: libdbus would else keep it in a queue without bound.
  Io send(std::span<const std::byte> message) noexcept override {
    if (message.size() > max_message_) return {.status = Status::too_big};
    if (peer_is_gone_) return {.status = Status::closed};
    if (!enqueue(message)) return {.status = Status::error, .os_error = ENOMEM};
    while (::dbus_connection_has_messages_to_send(bus_.get()) != FALSE) {
      if (!await(POLLIN | POLLOUT)) return {.status = Status::stopped};
      if (!move()) return {.status = Status::closed};
    }
    move();
    take_notices();
    has_sent_ = true;
    return {.size = message.size()};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    for (;;) {
      if (const BusMessage message{::dbus_connection_pop_message(bus_.get())}) {
        if (is_payload(message.get())) return deliver(message.get(), buffer);
        note(message.get());
      } else {
        if (peer_is_gone_ || !connected()) return {.status = Status::closed};
        if (!await(POLLIN)) return {.status = Status::stopped};
        move();
      }
    }
  }

 private:
  static constexpr const char *producer = "org.ipcmark.producer", *consumer = "org.ipcmark.consumer";
  static constexpr const char *path = "/org/ipcmark", *interface = "org.ipcmark.Link", *member = "Message";

  bool enqueue(std::span<const std::byte> payload) noexcept {
    const BusMessage message(::dbus_message_new_signal(path, interface, member));
    const void* bytes = payload.data();
    return message && ::dbus_message_set_destination(message.get(), peer_) != FALSE &&
           ::dbus_message_append_args(message.get(), DBUS_TYPE_ARRAY, DBUS_TYPE_BYTE, &bytes,
                                      static_cast<int>(payload.size()), DBUS_TYPE_INVALID) != FALSE &&
           ::dbus_connection_send(bus_.get(), message.get(), nullptr) != FALSE;
  }

  // Until the daemon has read what was sent, this process is told to stop, or nobody would get it.
  void await_read() noexcept {
    const BusMessage question(
        ::dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS, "GetId"));
    dbus_uint32_t number = 0;
    if (!question || ::dbus_connection_send(bus_.get(), question.get(), &number) == FALSE) return;
    while (connected() && !peer_is_gone_) {
      while (const BusMessage message{::dbus_connection_pop_message(bus_.get())}) {
        if (::dbus_message_get_reply_serial(message.get()) == number) return;
        note(message.get());
      }
      const bool more = ::dbus_connection_has_messages_to_send(bus_.get()) != FALSE;
      if (!await(more ? POLLIN | POLLOUT : POLLIN) || !move()) return;
    }
  }

  static bool is_payload(DBusMessage* message) noexcept {
    return ::dbus_message_is_signal(message, interface, member) != FALSE;
  }

  static Io deliver(DBusMessage* message, std::span<std::byte> buffer) noexcept {
    const std::byte* bytes = nullptr;
    int size = 0;
    if (::dbus_message_get_args(message, nullptr, DBUS_TYPE_ARRAY, DBUS_TYPE_BYTE, &bytes, &size,
                                DBUS_TYPE_INVALID) == FALSE)
      return {.status = Status::error, .os_error = EBADMSG};
    const std::size_t kept = std::min(buffer.size(), static_cast<std::size_t>(size));
    copy_bytes(buffer.data(), bytes, kept);
    return {.size = kept, .status = kept < static_cast<std::size_t>(size) ? Status::truncated : Status::ok};
  }

  // The daemon says whose the peer's name is now: nobody's, once the last that had it is gone.
  void note(DBusMessage* message) noexcept {
    const char *name = nullptr, *before = nullptr, *now = nullptr;
    if (::dbus_message_is_signal(message, DBUS_INTERFACE_DBUS, "NameOwnerChanged") != FALSE &&
        ::dbus_message_get_args(message, nullptr, DBUS_TYPE_STRING, &name, DBUS_TYPE_STRING, &before,
                                DBUS_TYPE_STRING, &now, DBUS_TYPE_INVALID) != FALSE)
      peer_is_gone_ = *now == '\0';
  }

  // What the daemon has said and no payload stands before.
  void take_notices() noexcept {
    while (DBusMessage* first = ::dbus_connection_borrow_message(bus_.get())) {
      const bool payload = is_payload(first);
      ::dbus_connection_return_message(bus_.get(), first);
      if (payload) return;
      note(BusMessage(::dbus_connection_pop_message(bus_.get())).get());
    }
  }

  // Writes and reads what can be without waiting; false when there is no daemon any more.
  bool move() noexcept { return ::dbus_connection_read_write(bus_.get(), 0) != FALSE; }
  bool connected() const noexcept { return ::dbus_connection_get_is_connected(bus_.get()) != FALSE; }

  // False when told to stop. Not by libdbus's own calls that wait: a signal does not end them.
  bool await(short events) noexcept {
    if (spins_) return !os::stop_requested();
    pollfd ready{.fd = socket_, .events = events, .revents = 0};
    while (::poll(&ready, 1, -1) == -1 && errno == EINTR) {
      if (os::stop_requested()) return false;
    }
    return true;
  }

  const char* peer_;
  BusConnection bus_;
  std::size_t max_message_;
  bool spins_, peer_is_gone_ = false, has_sent_ = false;
  int socket_ = -1;
};

// Of 149 consumers of three busy producers 9 waited for a tail for ever, of 157 none whose producers said
// something more after each message.
constexpr std::string_view tail_is_left =
    "dbus-daemon 1.14 leaves in its loader what it read from a sender above max_incoming_bytes, until that "
    "sender says something more";
constexpr KnownFailure known[]{{.clauses = "CON-", .told = "only tails", .why = tail_is_left},
                               {.clauses = "GEN-", .told = "waits for a last message", .why = tail_is_left},
                               {.clauses = "GUA-", .told = "waits for a last message", .why = tail_is_left}};

}  // namespace

extern constinit const Mechanism dbus{
    .traits = {.name = "dbus",
               .family = "desktop",
               .summary = "D-Bus signals through a private dbus-daemon",
               .manual = "dbus-daemon(1)",
               .waits = blocks_or_polls,
               .axes = {.depth = true},
               .duplex = true,
               .many_producers = true,
               .sees_peer_death = true,
               .named = true,
               .passes_descriptors = true,
               .needs = "a message bus daemon"},
    .create = create_as<DbusLink>,
    .open = open_as<DbusEndpoint>,
    .loops = loops_of<DbusEndpoint>,
    .known = known,
};

}  // namespace ipcmark
