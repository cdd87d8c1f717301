// WSM: semaphores.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "suites/conformance/contracts/sections.hpp"
#include "suites/conformance/contracts/windows/puppet.hpp"

namespace ipcmark {
namespace {

using namespace windows;

void never_more_holders_than_its_count() {
  constexpr int processes = 5, permits = 2;
  const std::string semaphore = fresh_name(), memory = fresh_name();
  std::deque<Puppet> all(processes);
  for (Puppet& one : all) {
    ask(one, "semaphore s " + semaphore + " " + std::to_string(permits) + " " + std::to_string(permits));
    ask(one, "mapping p " + memory + " 4096");
    require_done(one, "view v p " + std::to_string(FILE_MAP_READ | FILE_MAP_WRITE));
  }
  for (Puppet& one : all) one.say("hold v s 300");
  int most = 0;
  for (Puppet& one : all) most = std::max(most, std::stoi(one.hear()));
  observe("at most " + std::to_string(most) + " at once");
  EXPECT_LE(most, permits);
  if (most < permits) throw Inconclusive("no two processes ever had it at once");
}

void no_more_than_its_maximum() {
  const std::string name = fresh_name();
  Puppet one, other;
  EXPECT_EQ(ask(one, "semaphore s " + name + " 1 2"), "created");
  EXPECT_EQ(ask(other, "semaphore s " + name + " 0 2"), "exists");
  EXPECT_EQ(ask(other, "post s 2"), "ERROR_TOO_MANY_POSTS");
  EXPECT_EQ(ask(other, "post s 1"), "1");
  EXPECT_EQ(ask(other, "post s 1"), "ERROR_TOO_MANY_POSTS");
  for (int k = 0; k < 2; ++k) EXPECT_EQ(ask(one, "wait s 0"), "got");
  EXPECT_EQ(ask(one, "wait s 0"), "timeout");
}

void what_a_dead_process_took_stays_taken() {
  const std::string name = fresh_name();
  Puppet holder, other;
  ask(holder, "semaphore s " + name + " 1 1");
  ask(other, "semaphore s " + name + " 1 1");
  EXPECT_EQ(ask(holder, "wait s 0"), "got");
  holder.kill();
  EXPECT_EQ(ask(other, "wait s 50"), "timeout");
  EXPECT_EQ(ask(other, "post s 1"), "0");
  EXPECT_EQ(ask(other, "wait s 0"), "got");
}

void a_release_wakes_as_many_as_it_says() {
  constexpr int waiters = 5;
  const std::string name = fresh_name();
  Puppet poster;
  ask(poster, "semaphore s " + name + " 0 100");
  std::deque<Puppet> all(waiters);
  for (Puppet& one : all) {
    ask(one, "semaphore s " + name + " 0 100");
    one.say("wait s " + std::to_string(INFINITE));
    one.await_blocked();
  }
  EXPECT_EQ(ask(poster, "post s 3"), "0");
  const auto woken = [&all] {
    int count = 0;
    for (Puppet& one : all) {
      const Doing now = one.look();
      count += now.state == Doing::State::listens ? 1 : 0;
    }
    return count;
  };
  while (woken() < 3) {
  }
  for (Puppet& one : all) {
    if (one.look().state != Doing::State::listens) one.await_blocked();
  }
  EXPECT_EQ(woken(), 3);
  EXPECT_EQ(ask(poster, "post s 2"), "0");
  for (Puppet& one : all) EXPECT_EQ(one.hear(), "got");
}

constexpr Clause table[]{
    {.id = "WSM-01",
     .title = "ThereAreNeverMoreHoldersThanItsCount",
     .source = "Microsoft, Semaphore Objects",
     .body = never_more_holders_than_its_count},
    {.id = "WSM-02",
     .title = "ItCannotBeReleasedBeyondItsMaximum",
     .source = "Microsoft, ReleaseSemaphore",
     .body = no_more_than_its_maximum},
    {.id = "WSM-03",
     .title = "WhatATerminatedProcessTookIsNotGivenBack",
     .source = "Microsoft, Semaphore Objects",
     .body = what_a_dead_process_took_stays_taken},
    {.id = "WSM-04",
     .title = "AReleaseOfSeveralWakesAsManyWaiters",
     .source = "Microsoft, ReleaseSemaphore",
     .body = a_release_wakes_as_many_as_it_says},
};

}  // namespace

const Section win_semaphore_section{.name = "WSM", .count = 4, .clauses = table};

}  // namespace ipcmark
