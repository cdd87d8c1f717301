#include "suites/conformance/contracts/sections.hpp"

#include <vector>

namespace ipcmark {
namespace {

std::vector<const Section*>& list() {
  static std::vector<const Section*> all{&generic_section,        &win_anonymous_pipe_section,
                                         &win_named_pipe_section, &win_mailslot_section,
                                         &win_clipboard_section,  &win_copy_data_section,
                                         &win_mutex_section,      &win_semaphore_section,
                                         &win_event_section,      &win_mapping_section,
                                         &win_others_section,     &contention_section,
                                         &guarantee_section,      &faults_section};
  return all;
}

}  // namespace

std::span<const Section* const> sections() { return list(); }
void add_section(const Section& section) { list().push_back(&section); }

}  // namespace ipcmark
