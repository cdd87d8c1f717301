#include "suites/conformance/contracts/sections.hpp"

#include <vector>

namespace ipcmark {
namespace {

std::vector<const Section*>& list() {
  static std::vector<const Section*> all{
      &generic_section,      &pipe_section,       &packet_pipe_section, &splice_section,
      &fifo_section,         &posix_mq_section,   &sysv_msg_section,    &sysv_sem_section,
      &sysv_shm_section,     &posix_sem_section,  &posix_shm_section,   &robust_mutex_section,
      &futex_section,        &eventfd_section,    &unix_stream_section, &unix_seqpacket_section,
      &unix_dgram_section,   &rights_section,     &memfd_section,       &loopback_section,
      &signals_section,      &file_lock_section,  &pidfd_section,       &rings_section,
      &x11_section,          &contention_section, &guarantee_section,   &faults_section,
      &traced_faults_section};
  return all;
}

}  // namespace

std::span<const Section* const> sections() { return list(); }
void add_section(const Section& section) { list().push_back(&section); }

}  // namespace ipcmark
