# The program, its headers, its reports, and a CMake package for mechanisms out of this tree (ci/out_of_tree is an
# example of one). The places are fixed relative to one another, since an installed program looks for its reports
# beside itself, in ../share/ipcmark/reports.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS ipcmark RUNTIME DESTINATION bin)
install(TARGETS ipcmark_library EXPORT ipcmark ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})

# What a mechanism includes, and what a program's main and its list of mechanisms include beyond that.
install(DIRECTORY harness/ DESTINATION include/ipcmark/harness FILES_MATCHING REGEX "/harness/[^/]+\\.hpp$"
        REGEX "/harness/os/([^/]+|(arch|system)/.+)\\.hpp$"
        REGEX "/harness/os/(linux|posix|win32)$" EXCLUDE
        PATTERN run EXCLUDE PATTERN measure EXCLUDE PATTERN results EXCLUDE)
foreach(header harness/measure/floors.hpp harness/measure/noise.hpp harness/measure/placement.hpp
        harness/measure/statistics.hpp harness/results/record.hpp harness/run/session.hpp
        suites/benchmark/suite.hpp suites/cli/program.hpp)
  cmake_path(GET header PARENT_PATH folder)
  install(FILES ${header} DESTINATION include/ipcmark/${folder})
endforeach()

install(FILES suites/main.cpp mechanisms/program.cmake mechanisms/registry.cpp.in DESTINATION share/ipcmark)
install(DIRECTORY reports/ DESTINATION share/ipcmark/reports
        PATTERN "test*" EXCLUDE PATTERN ".*" EXCLUDE PATTERN __pycache__ EXCLUDE PATTERN setup.cfg EXCLUDE
        PATTERN "*_testing.py" EXCLUDE PATTERN conftest.py EXCLUDE PATTERN made_up.py EXCLUDE
        PATTERN own_postgresql.py EXCLUDE PATTERN browser EXCLUDE PATTERN sample EXCLUDE)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/ipcmark)
set(data share/ipcmark)
configure_package_config_file(ci/ipcmark-config.cmake.in ${PROJECT_BINARY_DIR}/ipcmark-config.cmake
                              INSTALL_DESTINATION ${package} PATH_VARS data NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ipcmark-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ipcmark-config.cmake ${PROJECT_BINARY_DIR}/ipcmark-config-version.cmake
        DESTINATION ${package})
install(EXPORT ipcmark NAMESPACE ipcmark:: FILE ipcmark-targets.cmake DESTINATION ${package})
