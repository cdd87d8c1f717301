// Measures a comparison: launches of all sides interleaved, in two batches.
#pragma once

#include <map>
#include <memory>
#include <random>

#include "suites/compare/comparison.hpp"
#include "suites/compare/launcher.hpp"

namespace ipcmark {

// Whoever keeps what was measured, and shows how it goes.
class CompareWatcher {
 public:
  virtual ~CompareWatcher() = default;
  // One launch, at once: nothing that was measured is lost. `values` has one for each of the cell's
  // statistics.
  virtual void launched(const char* batch, const Cell&, std::size_t side, std::size_t pair,
                        const std::vector<double>& values) = 0;
  virtual void failed(const Cell&) = 0;
  // What goes on now: "first batch, look 2 of 3", and how much of it is done.
  virtual void progress(const std::string& what, std::size_t done, std::size_t of, const Cell&) = 0;
};

class Comparer {
 public:
  // `compared.sides` and the keys and statistics of `compared.cells` are given; the rest is found out. Throws
  // UsageError when a side's program makes no launches.
  Comparer(Compared& compared, CompareWatcher& watcher);

  // Returns as well when a termination signal came: `compared.interrupted_by` then says which.
  void run();

  const Launcher& launcher(std::size_t side) const { return *launchers_.at(compared_.sides[side].program); }

 private:
  using Live = std::vector<Cell*>;
  void first_batch();
  void second_batch();
  // A block of launches of one cell: so many pairs, by how many alternatives there are.
  void block(const char* batch, Cell&, Cell::Values&, std::size_t alternatives);
  // False when the launch failed, or a side does not have such a trial.
  bool launch(const char* batch, Cell&, Cell::Values&, std::size_t alternative);
  std::optional<Sabotage> sabotage_of(const Cell&, const Side&);
  double calibrate(const Cell&);
  void rounds(const std::string& what, const char* batch, Live, unsigned until, std::size_t alternatives);
  Live live() const;
  bool out_of_time() const;

  Compared& compared_;
  CompareWatcher& watcher_;
  std::map<std::string, std::unique_ptr<Launcher>> launchers_;  // by program
  std::map<std::string, double>
      message_ns_;  // of the baseline, by trial, where one is made slower by a share of it
  std::mt19937_64 random_;
  std::chrono::steady_clock::time_point begun_;
};

}  // namespace ipcmark
