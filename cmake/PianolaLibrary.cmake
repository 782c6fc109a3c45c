# The functions that declare a layer. A layer is a folder below src/; its include root holds nothing
# but that folder, so a layer can include its own headers and those of the layers it depends on, and
# no others.

set(PIANOLA_WARNINGS -Wall -Wextra -Werror -Wshadow -Wconversion -Wpedantic)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # GCC has it out of -Wconversion for C++; be of one mind.
  list(APPEND PIANOLA_WARNINGS -Wno-sign-conversion)
endif()
# The macros of GoogleTest convert and declare freely, so tests go without the last three.
set(PIANOLA_TEST_WARNINGS -Wall -Wextra -Werror)

# What the core's code is built with, on every platform.
add_library(pianola_core_code INTERFACE)
target_compile_options(pianola_core_code INTERFACE ${PIANOLA_WARNINGS} -fno-exceptions -fno-rtti)

# What all other code is built with.
add_library(pianola_host_code INTERFACE)
target_compile_options(pianola_host_code INTERFACE ${PIANOLA_WARNINGS})

if(PIANOLA_SANITIZERS)
  # The core has no type information, which the vptr check would need.
  add_compile_options(-fsanitize=${PIANOLA_SANITIZERS} -fno-sanitize=vptr -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${PIANOLA_SANITIZERS})
  if(PIANOLA_SANITIZERS MATCHES "fuzzer")
    # Following every comparison, also those that the sanitizers make, would take most of the time.
    set(ignored ${CMAKE_SOURCE_DIR}/cmake/coverage_ignore.txt)
    add_compile_options(-fno-sanitize-coverage=trace-cmp -fsanitize-coverage-ignorelist=${ignored}
                        -Wno-unused-command-line-argument)
  endif()
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # The checks that the sanitizers put in make GCC see uninitialised values in <regex>.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
endif()

# Sets OUT to the sources of the current folder and of the folders directly below it; TESTS_OUT to
# the tests among them.
function(pianola_find_sources OUT TESTS_OUT)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp
       ${CMAKE_CURRENT_SOURCE_DIR}/*/*.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  set(${OUT} ${sources} PARENT_SCOPE)
  set(${TESTS_OUT} ${tests} PARENT_SCOPE)
endfunction()

# Sets OUT to the include root of the layer PATH ("hid", "ports/sim"), creating it if need be.
function(pianola_include_root PATH OUT)
  string(REPLACE "/" "_" name ${PATH})
  set(root ${CMAKE_BINARY_DIR}/include/${name})
  get_filename_component(parent ${root}/${PATH} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${PATH} ${root}/${PATH} SYMBOLIC)
  set(${OUT} ${root} PARENT_SCOPE)
endfunction()

# Tests are not optimised: most run for less time than that would take. Those whose target has LONG
# are, a little.
function(pianola_test_options TARGET LONG)
  target_compile_options(${TARGET} PRIVATE ${PIANOLA_TEST_WARNINGS} -O$<BOOL:${LONG}>)
  if(PIANOLA_FUZZ)
    # What the fuzz targets share with the tests counts its edges; the tests themselves need not.
    target_compile_options(${TARGET} PRIVATE -fno-sanitize=fuzzer-no-link)
  endif()
  target_link_libraries(${TARGET} PRIVATE GTest::gmock)
endfunction()

# What all test programs share: where the tree stands, and the headers of GoogleTest, compiled once.
function(pianola_test_support)
  configure_file(${CMAKE_SOURCE_DIR}/tests/support/source_dir.cpp.in source_dir.cpp @ONLY)
  add_library(pianola_test_support STATIC ${CMAKE_CURRENT_BINARY_DIR}/source_dir.cpp)
  target_include_directories(pianola_test_support PUBLIC ${CMAKE_SOURCE_DIR}/tests)
  file(CONFIGURE OUTPUT test_headers.cpp CONTENT "")
  add_library(pianola_test_headers OBJECT ${CMAKE_CURRENT_BINARY_DIR}/test_headers.cpp)
  pianola_test_options(pianola_test_headers FALSE)
  target_precompile_headers(pianola_test_headers PRIVATE <gmock/gmock.h>)
  # The test programs that a plain ./test also runs as the command is shipped.
  add_custom_target(shipped_tests)
endfunction()

# Adds the test program NAME_test made of SOURCES, as the test NAME of ctest. ./test does not run it
# by ctest but by tools/run_tests.py, which finds it in test_programs.txt. With SHIPPED it is also of
# the target shipped_tests and in shipped_programs.txt. Helpers that several tests share are in
# tests/support, included as "support/x.hpp".
function(pianola_test NAME)
  cmake_parse_arguments(ARG "LONG;SHIPPED" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${NAME}_test ${ARG_SOURCES})
  pianola_test_options(${NAME}_test ${ARG_LONG})
  target_link_libraries(${NAME}_test PRIVATE ${ARG_LIBRARIES} pianola_test_support
                                             GTest::gtest_main)
  # Another level of optimisation would need headers of its own. And where only few programs are
  # built, GCC takes longer to write these than they save.
  if(NOT ARG_LONG AND (NOT ARG_SHIPPED OR CMAKE_CXX_COMPILER_ID MATCHES "Clang"))
    target_precompile_headers(${NAME}_test REUSE_FROM pianola_test_headers)
  endif()
  add_test(NAME ${NAME} COMMAND ${NAME}_test)
  set_tests_properties(${NAME} PROPERTIES LABELS unit TIMEOUT 1500)
  set_property(GLOBAL APPEND PROPERTY PIANOLA_TEST_PROGRAMS $<TARGET_FILE:${NAME}_test>)
  if(ARG_SHIPPED)
    add_dependencies(shipped_tests ${NAME}_test)
    set_property(GLOBAL APPEND PROPERTY PIANOLA_SHIPPED_PROGRAMS $<TARGET_FILE:${NAME}_test>)
  endif()
endfunction()

# Shared part of the two functions below; CODE is the target that carries the compiler's options.
function(pianola_add_layer PATH CODE)
  cmake_parse_arguments(ARG "TESTS_SHIPPED" ""
                        "DEPENDS;LIBRARIES;TEST_DEPENDS;TEST_LIBRARIES" ${ARGN})
  if(ARG_TESTS_SHIPPED)
    set(shipped SHIPPED)
  endif()
  get_filename_component(name ${PATH} NAME)
  set(target pianola_${name})
  pianola_find_sources(sources tests)
  pianola_include_root(${PATH} root)
  list(TRANSFORM ARG_DEPENDS REPLACE "^.*/" "")
  list(TRANSFORM ARG_DEPENDS PREPEND "pianola_")
  list(TRANSFORM ARG_TEST_DEPENDS REPLACE "^.*/" "")
  list(TRANSFORM ARG_TEST_DEPENDS PREPEND "pianola_")

  if(sources)
    add_library(${target} STATIC ${sources})
    set_property(GLOBAL APPEND PROPERTY PIANOLA_LAYERS ${PATH})
    target_include_directories(${target} PUBLIC ${root})
    target_link_libraries(${target} PUBLIC ${ARG_DEPENDS} ${ARG_LIBRARIES} PRIVATE ${CODE})
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${root})
    target_link_libraries(${target} INTERFACE ${ARG_DEPENDS} ${ARG_LIBRARIES})
  endif()

  if(PIANOLA_HOST AND PIANOLA_TESTS AND tests)
    pianola_test(${name} ${shipped} SOURCES ${tests}
                 LIBRARIES ${target} ${ARG_TEST_DEPENDS} ${ARG_TEST_LIBRARIES})
  endif()
endfunction()

# pianola_core_library(PATH [DEPENDS layer…] [LIBRARIES target…]
#                      [TEST_DEPENDS layer…] [TEST_LIBRARIES target…] [TESTS_SHIPPED])
# The layer src/PATH as the static library pianola_<last part of PATH>, held to the core's rules: no
# exceptions, no run-time type information, all warnings are errors, and (checked by tests) no
# symbol that belongs to a heap or an operating system and no writable data. A layer without sources
# has headers only; the layer test refuses one.
function(pianola_core_library PATH)
  pianola_add_layer(${PATH} pianola_core_code ${ARGN})
  get_property(layers GLOBAL PROPERTY PIANOLA_LAYERS)
  if(PATH IN_LIST layers)
    set_property(GLOBAL APPEND PROPERTY PIANOLA_CORE_LAYERS ${PATH})
  endif()
endfunction()

# pianola_library(PATH [DEPENDS layer…] [LIBRARIES target…] [TEST_DEPENDS …] [TEST_LIBRARIES …]
#                 [TESTS_SHIPPED])
# A layer outside the core: it may use the whole standard library and the LIBRARIES named.
function(pianola_library PATH)
  pianola_add_layer(${PATH} pianola_host_code ${ARGN})
endfunction()
