// The sections of the catalogue, one file each.
#pragma once

#include "suites/conformance/clause.hpp"

namespace ipcmark {

extern const Section generic_section;
extern const Section pipe_section;
extern const Section packet_pipe_section;
extern const Section splice_section;
extern const Section fifo_section;
extern const Section posix_mq_section;
extern const Section sysv_msg_section;
extern const Section sysv_sem_section;
extern const Section sysv_shm_section;
extern const Section posix_sem_section;
extern const Section posix_shm_section;
extern const Section robust_mutex_section;
extern const Section futex_section;
extern const Section eventfd_section;
extern const Section unix_stream_section;
extern const Section unix_seqpacket_section;
extern const Section unix_dgram_section;
extern const Section rights_section;
extern const Section memfd_section;
extern const Section loopback_section;
extern const Section signals_section;
extern const Section file_lock_section;
extern const Section pidfd_section;
extern const Section rings_section;
extern const Section x11_section;
extern const Section win_anonymous_pipe_section;
extern const Section win_named_pipe_section;
extern const Section win_mailslot_section;
extern const Section win_clipboard_section;
extern const Section win_copy_data_section;
extern const Section win_mutex_section;
extern const Section win_semaphore_section;
extern const Section win_event_section;
extern const Section win_mapping_section;
extern const Section win_others_section;
extern const Section contention_section;     // suites/conformance/contention
extern const Section guarantee_section;      // suites/conformance/guarantees
extern const Section faults_section;         // suites/conformance/faults
extern const Section traced_faults_section;  // suites/conformance/faults/linux

}  // namespace ipcmark
