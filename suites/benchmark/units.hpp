// Sizes, times and names as people type and read them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ipcmark {

// "64", "4KiB", "4k", "1M" -> bytes; units are powers of 1024. Throws UsageError.
std::size_t parse_size(std::string_view text);
// "20000", "20k", "1.5M" -> messages a second; units are powers of 1000. Throws UsageError.
std::size_t parse_rate(std::string_view text);
// "100ms", "2s", "1.5m" -> seconds; a unit is required. Throws UsageError.
double parse_duration(std::string_view text);

std::string show_size(std::size_t bytes);        // "64 B", "4 KiB"
std::string show_ns(double ns);                  // "251 ns", "2.51 us", "1.20 ms"
std::string show_rate(double per_second);        // "1.25 M/s"
std::string show_bytes_rate(double per_second);  // "3.10 GB/s"
std::string show_duration(double seconds);       // "12 s", "3 min 05 s"

// "a,b c" is two entries "a" and "b c"; empty entries are dropped.
std::vector<std::string> split_list(const std::vector<std::string>& texts);

// Whether a name matches a pattern of `*` and `?`.
bool matches(std::string_view pattern, std::string_view name) noexcept;

// The names nearest to a mistyped one, by edit distance: "did you mean shm_spsc?", or nothing when none is
// near.
std::string suggestion(std::string_view typed, const std::vector<std::string>& known);

}  // namespace ipcmark
