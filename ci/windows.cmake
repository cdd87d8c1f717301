# Tests of the program for Windows, where Wine can run it.
if(CMAKE_CROSSCOMPILING)
  add_test(NAME wine COMMAND ${CMAKE_CURRENT_LIST_DIR}/with_python jsonschema ${CMAKE_CURRENT_LIST_DIR}/test_wine.py
           ${CMAKE_CURRENT_LIST_DIR}/wine $<TARGET_FILE:ipcmark>)
  set_tests_properties(wine PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 1200 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
endif()
