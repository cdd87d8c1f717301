#include "suites/compare/launcher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/results/environment.hpp"
#include "harness/results/json.hpp"

namespace ipcmark {
namespace {

using Json = nlohmann::json;
using std::chrono::steady_clock;

constexpr int protocol = 1;

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json to_json(const LaunchRequest& request) {
  Json json{{"trial", to_json(request.key)},
            {"duration_s", request.duration_s},
            {"warm_up_s", request.warm_up_s},
            {"watchdog_s", request.watchdog_s},
            {"touch_clipboard", clipboard_may_be_touched}};
  if (request.sabotage)
    json["sabotage"] = {{"slower_ns", request.sabotage->slower_ns}, {"dies", request.sabotage->dies}};
  return json;
}

Json told_by(const Json& request, const ClockFacts& clock, Session& session) {
  const TrialKey key = key_from_json(request.at("trial"));
  if (mechanism_named(key.mechanism) == nullptr)
    return {{"unsupported", "this build has no mechanism named " + key.mechanism}};
  if (workload_named(key.workload) == nullptr)
    return {{"unsupported", "this build has no workload named " + key.workload}};
  clipboard_may_be_touched = request.at("touch_clipboard");
  LaunchSettings settings;
  settings.duration_s = request.at("duration_s");
  settings.warm_up_s = request.at("warm_up_s");
  settings.patience = Cast::Patience(request.at("watchdog_s").get<double>());
  settings.clock = clock;
  settings.probe_noise = false;  // what disturbs one side of a pair disturbs the other, and order is balanced
  if (request.contains("sabotage")) {
    const Json& sabotage = request.at("sabotage");
    settings.sabotage = Sabotage{.slower_ns = sabotage.at("slower_ns"), .dies = sabotage.at("dies")};
  }
  try {
    return {{"launch", to_json(run_launch(key, settings, session))}};
  } catch (const LaunchFailure& failed) {
    return {{"failure", {{"kind", failed.failure.kind}, {"detail", failed.failure.detail}}}};
  } catch (const Unsupported& missing) {
    return {{"unsupported", missing.what()}};
  } catch (const std::exception& broken) {
    return {{"failure", {{"kind", "error"}, {"detail", fmt::format("the set-up broke: {}", broken.what())}}}};
  }
}

Made failed(std::string kind, std::string detail) {
  return {.launch = {},
          .failure = Failure{.kind = std::move(kind), .detail = std::move(detail), .verified = {}},
          .unsupported = {}};
}

}  // namespace

Launcher::Launcher(std::string program) : program_(std::move(program)) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(program_, error))
    throw UsageError(fmt::format("{}: no such program; give the path of an ipcmark that is built", program_));
  start();
}

void Launcher::start() {
  auto [mine, theirs] = os::Channel::make();
  const os::RawHandle handles[]{theirs.raw()};
  channel_ = std::move(mine);
  process_ = os::Process::start(program_, {"--launcher"}, handles);
  theirs.close();
  constexpr double patience_s = 30;
  const auto line = answer(patience_s);
  const Json hello = line ? Json::parse(*line, nullptr, false) : Json();
  if (!hello.is_object() || hello.value("launcher", 0) != protocol) {
    throw UsageError(fmt::format(
        "{}: makes no launches for a comparison; it is no ipcmark, or one of another time than this "
        "({})",
        program_, line ? "it speaks another protocol" : "it said nothing"));
  }
  build_ = hello.at("build");
  mechanisms_ = hello.at("mechanisms");
}

std::optional<std::string> Launcher::answer(double within_s) {
  const auto deadline = steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(
                                                  std::chrono::duration<double>(within_s));
  for (;;) {
    bool closed = false;
    if (auto line = channel_.take_line(closed)) return line;
    if (closed) return std::nullopt;
    if (os::termination_signal() != 0) throw Interrupted();
    const os::Channel* const channels[]{&channel_};
    if (!os::wait_readable(channels, deadline)) return std::nullopt;
  }
}

bool Launcher::has(const std::string& mechanism) const {
  return std::find(mechanisms_.begin(), mechanisms_.end(), mechanism) != mechanisms_.end();
}

Made Launcher::launch(const LaunchRequest& request) {
  if (!process_.running()) start();
  channel_.write_line(dump(to_json(request)));
  // The launcher has a watchdog of its own for every step of a launch; this one is for the launcher.
  const auto line = answer(60 + 20 * (request.duration_s + request.watchdog_s));
  if (!line) {
    process_.kill();
    const os::Exit exit = process_.wait();
    channel_.close();
    return failed("crash", fmt::format("the process that makes launches ended: {}", exit.text()));
  }
  const Json told = Json::parse(*line);
  if (told.contains("launch"))
    return {.launch = launch_from_json(told.at("launch")), .failure = {}, .unsupported = {}};
  if (told.contains("unsupported"))
    return {.launch = {}, .failure = {}, .unsupported = told.at("unsupported")};
  return failed(told.at("failure").at("kind"), told.at("failure").at("detail"));
}

int launcher_main() {
  os::survive_closed_pipes();
  os::Channel control{os::Handle(os::first_handle())};
  Session session;
  const ClockFacts clock = measure_clock(os::choose_clock("auto"));
  Json mechanisms_here = Json::array();
  for (const Mechanism* mechanism : mechanisms()) mechanisms_here.push_back(mechanism->traits.name);
  const Json hello{
      {"launcher", protocol}, {"build", build_record(build_info)}, {"mechanisms", mechanisms_here}};
  if (!control.write_line(dump(hello))) return 1;
  while (const auto line = control.read_line()) {
    if (!control.write_line(dump(told_by(Json::parse(*line), clock, session)))) return 1;
  }
  return 0;
}

}  // namespace ipcmark
