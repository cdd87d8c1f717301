# For cross builds: GoogleTest from its sources (Debian's package googletest), since its library here is for the
# building system. Its own project would need a C compiler as well.
find_path(googletest_sources src/gtest-all.cc PATHS /usr/src/googletest/googletest REQUIRED
          NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
add_library(gtest STATIC ${googletest_sources}/src/gtest-all.cc)
target_include_directories(gtest SYSTEM PUBLIC ${googletest_sources}/include PRIVATE ${googletest_sources})
add_library(GTest::gtest ALIAS gtest)
