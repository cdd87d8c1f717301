// The test program. Started with a role, it is a child of one of its own tests, exactly as `ipcmark` would
// be.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "suites/cli/program.hpp"
#include "suites/conformance/test_roles.hpp"

int main(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  for (const char* const role : {"--child", "--janitor", "--clause", "--actor", "--actor-end"}) {
    if (first == role) return ipcmark::program(argc, argv);
  }
  if (const ipcmark::TestRole role = ipcmark::test_role_named(first)) return role(argc > 2 ? argv[2] : "");
  // Tests do not measure: they need not wait for one another, nor for a run that does.
  setenv("IPCMARK_HOST_LOCK", std::to_string(getpid()).c_str(), 1);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
