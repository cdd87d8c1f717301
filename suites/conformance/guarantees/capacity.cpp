// GUA: how large messages may be and how many fit.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/os/host.hpp"
#include "suites/conformance/guarantees/guarantees.hpp"

namespace ipcmark::guarantees {
namespace {

// Around the limits where writes are cut: PIPE_BUF, a page, the buffers of a pipe and of a pseudoterminal.
constexpr std::size_t awkward[]{64,    512,   4095,  4096,  4097,  5000,    8191,    8192,
                                12289, 16385, 65535, 65536, 65537, 131'072, 300'000, 1'048'576};

// The producers send messages of this size and small ones between them.
bool whole_at(const Mechanism& mechanism, std::vector<std::size_t> sizes, unsigned producers) {
  Crowd crowd(mechanism, {.producers = producers,
                          .messages = std::max<std::uint64_t>(40, 3 * sizes.size()),
                          .sizes = std::move(sizes),
                          .recorded = false});
  crowd.begin();
  crowd.finish();
  const Deeds& deeds = crowd.by_consumer(0);
  return deeds.torn == 0 && deeds.foreign == 0 && (deeds.last == "stopped" || deeds.last == "closed");
}

struct Capacity {
  std::uint64_t messages = 0;
  bool more = false;  // it never had to wait
};
Capacity capacity_of(const Mechanism& mechanism, std::size_t size, std::uint64_t most, Options options = {}) {
  Crowd crowd(mechanism, {.messages = most, .sizes = {size}, .recorded = false}, std::move(options));
  crowd.begin_producers();
  const bool stuck = crowd.await_stuck(0);
  return {.messages = crowd.sent(0), .more = !stuck};
}

std::uint64_t fits_with(const Mechanism& mechanism, const Options& options) {
  constexpr std::size_t size = 500;
  return capacity_of(mechanism, size, 4000, options).messages;
}

// "SIZE" for a message, which is sent or received; the same line for both.
void send_sizes(Stage& stage, Endpoint& end) {
  std::vector<std::byte> message(std::stoul(stage.text()));
  for (;;) {
    const std::size_t size = std::stoul(stage.hear());
    fill_message({message.data(), size}, size);
    stage.say(result_of(end.send({message.data(), size})));
  }
}
void receive_sizes(Stage& stage, Endpoint& end) {
  std::vector<std::byte> room(std::stoul(stage.text()));
  for (;;) {
    const std::size_t size = std::stoul(stage.hear());
    const Io io = end.recv(room);
    stage.say(io.status != Status::ok                                         ? result_of(io)
              : io.size == size && is_filled({room.data(), io.size}, io.size) ? "whole"
                                                                              : "another message");
  }
}

// Whether a link created for messages of this size carries one.
std::string transfer_of(const Mechanism& mechanism, std::size_t size) {
  Ends ends(mechanism, modest(size, 1));
  const std::string text = std::to_string(size);
  Actor& consumer = ends.start(Role::consumer, receive_sizes, text);
  Actor& producer = ends.start(Role::producer, send_sizes, text);
  ends.hand_over();
  consumer.say(text);
  producer.say(text);
  const std::string sent = producer.hear();
  return sent == "ok" ? consumer.hear() : "send says " + sent;
}

// The largest message that is carried, of those that a link can be created for.
std::size_t largest_carried(const Mechanism& mechanism, std::size_t created, std::string& answer) {
  if ((answer = transfer_of(mechanism, created)) == "whole") return created;
  std::size_t low = 8, high = created;
  while (high - low > std::max<std::size_t>(1, (low >> 20) * 4096)) {
    const std::size_t middle = low + (high - low) / 2;
    (transfer_of(mechanism, middle) == "whole" ? low : high) = middle;
  }
  return low;
}

}  // namespace

void messages_are_whole(const Mechanism& mechanism) {
  const std::size_t cap = case_settings().quick ? 131'072 : 1'048'576;
  const std::size_t most = largest_created(mechanism, cap);
  const unsigned producers = mechanism.traits.many_producers ? 3 : 1;
  std::vector<std::size_t> sizes;
  for (const std::size_t size : awkward)
    if (size <= most) sizes.push_back(size);
  if (sizes.back() != most) sizes.push_back(most);
  std::size_t whole = sizes.back();
  if (!whole_at(mechanism, sizes, producers)) {
    // Which of them it was: from the smallest on.
    whole = 0;
    for (const std::size_t size : sizes) {
      if (!whole_at(mechanism, {size, 8, size, 64}, producers)) break;
      whole = size;
    }
  }
  record("atomic_bytes", whole);
  record("atomic_producers", producers);
  record("atomic_more", whole == cap);
  observe("whole up to " + std::to_string(whole) + " bytes with " + std::to_string(producers) + " producers");
  EXPECT_EQ(whole, most) << "bytes up to which messages arrived whole";
}

void so_many_messages_fit(const Mechanism& mechanism) {
  const Traits& traits = mechanism.traits;
  const bool quick = case_settings().quick;
  nlohmann::json capacities = nlohmann::json::object();
  const std::vector<std::size_t> sizes = !has_payload(traits) ? std::vector<std::size_t>{8}
                                         : quick              ? std::vector<std::size_t>{64}
                                                              : std::vector<std::size_t>{8, 64, 1000, 4096};
  for (const std::size_t size : sizes) {
    const std::uint64_t most = quick ? 10'000 : has_payload(traits) ? 200'000 : 40'000;
    const Capacity capacity = capacity_of(mechanism, size, most);
    capacities[has_payload(traits) ? std::to_string(size) : "0"] = {
        {"messages", capacity.messages},
        {"bytes", has_payload(traits) ? capacity.messages * size : 0},
        {"more", capacity.more}};
  }
  record("capacity", capacities);
  observe(capacities.dump());
  bool asserted = false;
  if (traits.axes.depth) {
    asserted = true;
    Options shallow, deep;
    // Far apart: the sockets on both sides of a dbus-daemon hold some hundred small messages beside the depth.
    shallow.depth = 2;
    deep.depth = 1024;
    EXPECT_LT(fits_with(mechanism, shallow), fits_with(mechanism, deep))
        << "messages with a depth of 2 and of 1024";
  }
  if (traits.axes.buffer) {
    asserted = true;
    Options small, large;
    small.buffer = 4096;
    large.buffer = 16'384;
    EXPECT_LT(fits_with(mechanism, small), fits_with(mechanism, large)) << "messages with 4 and with 16 KiB";
  }
  if (!asserted) {
    EXPECT_FALSE(capacities.empty());
  }
}

void the_largest_message(const Mechanism& mechanism) {
  const std::size_t cap = case_settings().quick ? std::size_t{1} << 20 : std::size_t{64} << 20;
  std::string limit;
  const std::size_t largest = largest_created(mechanism, cap, &limit);
  std::string answer;
  const std::size_t carried = largest_carried(mechanism, largest, answer);
  record("largest_bytes", carried);
  record("largest_more", carried == cap);
  observe(std::to_string(carried) + " bytes" + (carried == cap ? " and more" : "; beyond: " + limit));
  EXPECT_EQ(carried, largest) << "bytes; of the largest that create accepts it " << answer;
  // A stream has no units of its own that could be too large.
  if (mechanism.traits.framing == Framing::bytes) {
    EXPECT_EQ(largest, cap) << limit;
  }
}

void the_memory_is_what_was_chosen(const Mechanism& mechanism) {
  Session session;
  const auto names_with = [&](os::Memory memory) {
    Options options = modest(64, 4);
    options.memory = memory;
    options.run = session.id();
    options.link = session.next_link();
    const std::unique_ptr<Link> link = mechanism.create(options);
    const std::vector<std::string> names = os::leftovers(session.id());
    return std::count_if(names.begin(), names.end(),
                         [](const std::string& name) { return name.starts_with("/dev/shm/"); });
  };
  EXPECT_EQ(names_with(os::Memory::posix_shm), 1) << "names in /dev/shm with memory=posix_shm";
  EXPECT_EQ(names_with(os::Memory::memfd), 0) << "names in /dev/shm with memory=memfd";
}

}  // namespace ipcmark::guarantees
