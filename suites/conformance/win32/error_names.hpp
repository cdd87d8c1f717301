// Names of the error codes that clauses and mechanisms of Windows meet: Microsoft, "System error codes".
#pragma once

#include <string>

namespace ipcmark {

// "ERROR_BROKEN_PIPE"; "error 4711" for one that nobody has met.
std::string name_of_error(unsigned long number);

}  // namespace ipcmark
