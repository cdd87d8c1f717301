// Clauses about records in shared memory that one process writes and another one reads: bodies for the table
// in posix_shm.cpp.
#pragma once

namespace ipcmark {

void atomics_are_never_torn();     // SHM-07
void records_tear();               // SHM-08, the positive control of every check of integrity
void killed_writer_leaves_half();  // SHM-09

}  // namespace ipcmark
