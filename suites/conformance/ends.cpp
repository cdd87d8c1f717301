#include "suites/conformance/ends.hpp"

#include <sstream>

#include "harness/run/control.hpp"

namespace ipcmark {
namespace {

Wait first_offered(const Waits& waits) {
  return waits.block ? Wait::block : waits.adaptive ? Wait::adaptive : Wait::spin;
}

std::string received(Endpoint& end, std::vector<std::byte>& buffer) {
  const Io io = end.recv(buffer);
  if (io.status != Status::ok) return result_of(io);
  return "got " + std::string(reinterpret_cast<const char*>(buffer.data()), io.size);
}

// More than any text that is sent here.
constexpr std::size_t room = 4096;

}  // namespace

Ends::Ends(const Mechanism& mechanism, Options options)
    : mechanism_(mechanism),
      session_(own_session_.emplace()),
      options_(std::move(options)),
      wait_(first_offered(mechanism.traits.waits)) {
  create();
}
Ends::Ends(Session& session, const Mechanism& mechanism, Options options)
    : mechanism_(mechanism),
      session_(session),
      options_(std::move(options)),
      wait_(first_offered(mechanism.traits.waits)) {
  create();
}
Ends::~Ends() { actors_.clear(); }

void Ends::create() {
  options_.run = session_.id();
  options_.link = session_.next_link();
  link_ = mechanism_.create(options_);
}

Actor& Ends::start(Role role, EndPlay play, const std::string& text) {
  Job job;
  job.mechanism = mechanism_.traits.name;
  job.wait = wait_;
  job.size = options_.max_message;
  job.run_tag = session_.tag();
  Ticket ticket = link_->ticket(role);
  ticket.max_message = options_.max_message;
  ticket.depth = options_.depth;
  ticket.buffer = options_.buffer;
  ticket.memory = options_.memory;
  ticket.run_tag = session_.tag();
  const std::vector<os::RawHandle> handles = ticket.handles;
  ticket.handles = numbers_in_actor(handles);
  (role == Role::producer ? job.out : job.in) = std::move(ticket);
  job.out_role = Role::producer;
  job.in_role = Role::consumer;
  return actors_.emplace_back(play, encode(job), handles, text, birth_);
}

void Ends::await_open() {
  for (; ready_ < actors_.size(); ++ready_) {
    const std::string line = actors_[ready_].hear();
    if (line != "ready") throw std::runtime_error("an end did not open: " + line);
  }
}
void Ends::hand_over() {
  await_open();
  link_->handed_over();
}

void obey(Stage& stage, Endpoint& end) {
  std::vector<std::byte> buffer(room);
  for (;;) {
    std::istringstream words(stage.hear());
    std::string call, text;
    words >> call >> text;
    if (call == "recv") {
      stage.say(received(end, buffer));
    } else {
      stage.say(result_of(end.send(std::as_bytes(std::span(text)))));
    }
  }
}

void receive_all(Stage& stage, Endpoint& end) {
  std::vector<std::byte> buffer(room);
  for (;;) {
    const std::string what = received(end, buffer);
    stage.say(what);
    if (!what.starts_with("got")) return;
  }
}

void send_some(Stage& stage, Endpoint& end) {
  const std::size_t count = std::stoul(stage.text());
  std::vector<std::byte> message(8);
  for (std::size_t k = 0; k < count; ++k) {
    if (const Io io = end.send(message); io.status != Status::ok) {
      stage.say(result_of(io));
      return;
    }
  }
  stage.say("sent");
  Stage::wait_to_be_killed();
}

}  // namespace ipcmark
