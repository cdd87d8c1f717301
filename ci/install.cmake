# The program, its headers, its reports, and a CMake package for mechanisms out of this tree.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
