#include "suites/benchmark/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace ipcmark {

double measure_overhead(const Plan& plan, LaunchSettings settings, Session& session) {
  constexpr std::size_t most = 24;
  settings.duration_s = 0.001;
  settings.warm_up_s = 0;
  settings.patience = Cast::Patience(1);
  const std::size_t count = std::min(most, plan.trials.size());
  double spent_s = 0;
  std::size_t launches = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const auto start = std::chrono::steady_clock::now();
    try {
      const Launch launch = run_launch(plan.trials[k * plan.trials.size() / count], settings, session);
      spent_s +=
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() - launch.seconds;
      ++launches;
    } catch (const std::runtime_error&) {
      // One that fails takes no time of a run beyond its first launch.
    }
  }
  return launches == 0 ? usual_overhead_s : spent_s / static_cast<double>(launches);
}

Interval primary_interval(const Trial& trial) {
  const auto statistics = summarise(trial);
  const Workload* workload = workload_named(trial.key.workload);
  if (workload == nullptr) return {};  // of a result that another build has written
  for (const Statistic& statistic : statistics) {
    if (statistic.name == workload->headline) return statistic.interval;
  }
  return {};
}

Runner::Runner(Result& result, const Effort& effort, LaunchSettings settings, Session& session,
               ResultStore& store, Progress& progress)
    : result_(result),
      effort_(effort),
      settings_(settings),
      session_(session),
      store_(store),
      progress_(progress) {
  for (Trial& trial : result_.trials) {
    Work work{.trial = &trial};
    for (const Launch& launch : trial.launches) work.spent_s += launch.seconds;
    work_.push_back(work);
  }
}

void Runner::run() {
  std::mt19937_64 order(result_.run.seed);
  for (Work& work : work_) settle(work);
  for (;;) {
    std::vector<Work*> round;
    for (Work& work : work_) {
      if (!work.finished) round.push_back(&work);
    }
    if (round.empty()) break;
    std::shuffle(round.begin(), round.end(), order);
    for (Work* work : round) {
      if (os::termination_signal() != 0) return finish_all(os::signal_text(os::termination_signal()));
      try {
        measure(*work);
      } catch (const Interrupted&) {
        return finish_all(os::signal_text(os::termination_signal()));
      }
    }
  }
  finish_all({});
}

void Runner::measure(Work& work) {
  progress_.begin(*work.trial);
  const auto start = std::chrono::steady_clock::now();
  try {
    work.trial->launches.push_back(run_launch(work.trial->key, settings_, session_));
    store_.add_launch(work.trial->key, work.trial->launches.back());
  } catch (const LaunchFailure& failed) {
    fail(work, failed.failure);
  } catch (const Unsupported& missing) {
    fail(work, {.kind = "error", .detail = missing.what(), .verified = {}});
  } catch (const std::system_error& broken) {
    fail(work,
         {.kind = "error", .detail = fmt::format("the set-up broke: {}", broken.what()), .verified = {}});
  }
  work.spent_s += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  settle(work);
  progress_.launched(*work.trial, work.finished);
  store_.save(result_);
}

void Runner::fail(Work& work, const Failure& failure) {
  Trial& trial = *work.trial;
  const std::size_t before = trial.launches.size();
  trial.launches.clear();
  trial.failure = failure;
  trial.failure->detail += fmt::format(" (launch {})", before + 1);
  store_.add_failure(trial.key, *trial.failure);
}

void Runner::settle(Work& work) {
  Trial& trial = *work.trial;
  trial.stopped_by = "interrupted";
  if (trial.failure) {
    trial.stopped_by = "failure";
  } else if (trial.launches.size() >= effort_.min_launches) {
    const Interval interval = primary_interval(trial);
    if (interval.coverage >= 0.95 && interval.relative_half_width() <= effort_.target) {
      trial.stopped_by = "precision";
    } else if (trial.launches.size() >= effort_.max_launches) {
      trial.stopped_by = "launches";
    } else if (work.spent_s >= effort_.budget_s) {
      trial.stopped_by = "budget";
    }
  }
  work.finished = trial.stopped_by != "interrupted";
  trial.notes = notes_on(trial, settings_.clock);
}

void Runner::finish_all(const std::string& interrupted_by) {
  result_.run.partial = !interrupted_by.empty();
  result_.run.interrupted_by = interrupted_by;
  result_.run.finished = os::utc_now();
  store_.finish(result_);
  progress_.end();
}

}  // namespace ipcmark
