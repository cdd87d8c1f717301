#include "suites/conformance/contracts/windows/puppet.hpp"

#include <atomic>

#include "harness/os/host.hpp"

namespace ipcmark::windows {
namespace {

void play(Stage& stage) {
  Hands hands;
  for (std::size_t k = 0; k < stage.handles().size(); ++k)
    hands.handles["h" + std::to_string(k)] = os::Handle(stage.handle(k));
  for (;;) {
    const std::string line = stage.hear();
    Words words(line);
    const auto name = next<std::string>(words);
    const PuppetCall* call = call_on_files(name);
    if (call == nullptr) call = call_on_objects(name);
    if (call == nullptr) call = call_on_windows(name);
    if (call == nullptr) throw std::invalid_argument("a puppet knows no " + name);
    stage.say(call->make(hands, words));
  }
}

}  // namespace

HANDLE Hands::at(const std::string& name) const {
  const auto found = handles.find(name);
  if (found == handles.end()) throw std::invalid_argument("a puppet has no handle " + name);
  return native(found->second);
}
std::string Hands::keep(const std::string& name, HANDLE handle) {
  if (handle == nullptr || handle == INVALID_HANDLE_VALUE) return name_of_error(::GetLastError());
  handles[name] = os::owned(handle);
  return "ok";
}

std::string next_text(Words& words) {
  auto text = next<std::string>(words);
  return text == "-" ? std::string() : text;
}
std::string said(BOOL done, const std::string& otherwise) {
  return done != FALSE ? otherwise : name_of_error(::GetLastError());
}

Puppet::Puppet(const std::vector<os::RawHandle>& handles) : Actor(play, handles) {}

std::string fresh_name() {
  static const std::string run = os::new_run_id();
  static std::atomic<unsigned> made = 0;
  return os::object_name(run, made++);
}
std::string fresh_pipe() { return "\\\\.\\pipe\\" + fresh_name(); }
std::string fresh_mailslot() { return "\\\\.\\mailslot\\" + fresh_name(); }

std::string line_of(std::initializer_list<std::string> words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}
std::string create_pipe(const std::string& handle, const std::string& path, const PipeShape& shape) {
  return line_of({"pipe", handle, path, std::to_string(shape.access), std::to_string(shape.mode),
                  std::to_string(shape.instances), std::to_string(shape.quota),
                  std::to_string(shape.timeout_ms)});
}
std::string open_file(const std::string& handle, const std::string& path, const OpenShape& shape) {
  return line_of({"open", handle, path, std::to_string(shape.access), std::to_string(shape.share),
                  std::to_string(shape.flags)});
}

void require_done(Actor& actor, const std::string& line) {
  const std::string answer = ask(actor, line);
  if (answer != "ok" && answer.find_first_not_of("0123456789") != std::string::npos)
    throw std::runtime_error("'" + line + "' said " + answer);
}

}  // namespace ipcmark::windows
