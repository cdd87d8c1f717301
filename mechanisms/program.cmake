# A program is the library and a list of mechanisms. In this tree and in the installed package alike:
#
#   ipcmark_program(<target> [<file of a mechanism of your own>...])   the commands list, run, doctor, report ... for all
#   ipcmark_registry(<target> [<file>...])                             only the list, for a target with its own main
#
# A file's name is its mechanism's symbol. IPCMARK_MECHANISMS holds the names of those in the library.
set(IPCMARK_PROGRAM_FOLDER ${CMAKE_CURRENT_LIST_DIR})
if(NOT IPCMARK_MAIN)
  set(IPCMARK_MAIN ${CMAKE_CURRENT_LIST_DIR}/../suites/main.cpp)
endif()
if(NOT IPCMARK_REPORTS)
  set(IPCMARK_REPORTS ${CMAKE_CURRENT_LIST_DIR}/../reports)
endif()

function(ipcmark_registry target)
  set(names ${IPCMARK_MECHANISMS})
  foreach(file IN LISTS ARGN)
    cmake_path(GET file STEM name)
    list(APPEND names ${name})
  endforeach()
  list(JOIN names ", " declared)
  list(TRANSFORM names PREPEND "&")
  list(JOIN names ", " listed)
  file(REAL_PATH ${IPCMARK_REPORTS} reports)
  configure_file(${IPCMARK_PROGRAM_FOLDER}/registry.cpp.in ${CMAKE_CURRENT_BINARY_DIR}/${target}_registry.cpp @ONLY)
  target_sources(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/${target}_registry.cpp ${ARGN})
  target_link_libraries(${target} PRIVATE ipcmark::library)
endfunction()

function(ipcmark_program target)
  add_executable(${target} ${IPCMARK_MAIN})
  ipcmark_registry(${target} ${ARGN})
endfunction()
