// Bare loops over what Linux has.
#include "harness/os/host.hpp"
#include "suites/benchmark/against_bare.hpp"

namespace ipcmark {
namespace {

constexpr std::uint64_t kernel_trips = 30000, memory_trips = 300000;

double ring(const Bench& bench, std::size_t size, std::uint64_t messages, BareRing kind) {
  return bare_ring(bench.two, size, depth_for(size), messages, kind);
}

}  // namespace

std::vector<Comparison> kernel_comparisons(Bench& bench) {
  return {{"anonymous_pipe ping_pong 64 B same core", "p50", true, 1.03,
           [&] { return bare_pipe(bench.same, 64, kernel_trips).p50; },
           [&] { return bench.p50("anonymous_pipe"); }},
          {"unix_stream ping_pong 64 B same core", "p50", true, 1.03,
           [&] { return bare_unix_stream(bench.same, 64, kernel_trips).p50; },
           [&] { return bench.p50("unix_stream"); }},
          {"posix_mq ping_pong 64 B same core", "p50", true, 1.03,
           [&] {
             const std::string name = os::object_name(bench.session.id(), bench.session.next_link());
             return bare_posix_mq(bench.same, 64, kernel_trips, name).p50;
           },
           [&] { return bench.p50("posix_mq"); }}};
}

std::vector<Comparison> memory_comparisons(Bench& bench) {
  const auto spin_latency = [&] {
    return *bench.launch("shm_spsc", "ping_pong", 64, Wait::spin, Placement::two_cores).latency;
  };
  const auto bare = [&] { return bare_cache_lines(bench.two, memory_trips); };
  return {{"shm_spsc ping_pong 64 B spin / two cache lines", "bulk mean", true, 1.15,
           [=] { return bare().bulk_mean; }, [=] { return spin_latency().mean; }},
          {"shm_spsc ping_pong 64 B spin / two cache lines", "p50", true, 1.35, [=] { return bare().p50; },
           [=] { return spin_latency().p50; }},
          {"shm_spsc ping_pong 64 B spin / bare ring with marks", "bulk mean", true, 1.15,
           [&] { return bare_ring_trips(bench.two, 64, depth_for(64), memory_trips).bulk_mean; },
           [=] { return spin_latency().mean; }},
          {"shm_spsc stream 64 B spin / ring with two indices", "rate", false, 0.95,
           [&] { return ring(bench, 64, 2'000'000, BareRing::indexed); }, [&] { return bench.rate(64); }},
          {"shm_spsc stream 64 B spin / ring with marks", "rate", false, 0.95,
           [&] { return ring(bench, 64, 3'200'000, BareRing::marked); }, [&] { return bench.rate(64); }},
          {"shm_spsc stream 64 KiB spin / ring with two indices", "rate", false, 0.95,
           [&] { return ring(bench, 65536, 20'000, BareRing::indexed); }, [&] { return bench.rate(65536); }},
          {"shm_spsc stream 64 KiB spin / ring with marks", "rate", false, 0.95,
           [&] { return ring(bench, 65536, 20'000, BareRing::marked); }, [&] { return bench.rate(65536); }}};
}

std::optional<int> bare_child(int, char**) { return std::nullopt; }

}  // namespace ipcmark
