# Writes the definition of ipcmark::build_info. Run as a script by every build; the file changes only when its text does.
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
                OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT revision)
  set(revision unknown)
endif()
if(FLAGS MATCHES "NDEBUG")
  set(assertions false)
else()
  set(assertions true)
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT [=[
#include "harness/results/build_info.hpp"

namespace ipcmark {

constinit const BuildInfo build_info{.version = "@VERSION@",
                                     .revision = "@revision@",
                                     .compiler = "@COMPILER@",
                                     .flags = "@FLAGS@",
                                     .build_type = "@TYPE@",
                                     .assertions = @assertions@};

}  // namespace ipcmark
]=] @ONLY)
