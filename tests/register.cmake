# What ctest runs. Registered in the release tree only, over the programs of every preset, so that
# one run of ctest is the whole suite: see packaging/test.

set(builds ${CMAKE_SOURCE_DIR}/build)

# GCC's thread sanitizer cannot place its shadow where the kernel scatters addresses over more than
# 28 bits; `setarch -R` runs a program and its children without that.
set(launch_release "")
set(launch_dev "")
set(launch_tsan "")
if(EXISTS /proc/sys/vm/mmap_rnd_bits)
  file(READ /proc/sys/vm/mmap_rnd_bits address_bits)
  string(STRIP "${address_bits}" address_bits)
  if(address_bits GREATER 28)
    set(launch_tsan setarch -R)
  endif()
endif()

# A black-box test of the programs that preset `build` made.
function(add_server_test build file)
  get_filename_component(name ${file} NAME_WE)
  string(REPLACE "test_" "" name ${name})
  add_test(NAME ${build}/server/${name} COMMAND ${launch_${build}} python3 ${file})
  set_tests_properties(${build}/server/${name} PROPERTIES
    TIMEOUT 600
    ENVIRONMENT "PRODEV_BIN=${builds}/${build}/prodev;PROBE_SERVER_BIN=${builds}/${build}/probe_server;PRODEV_BUILD=${build};PYTHONPATH=${CMAKE_SOURCE_DIR}/tests/support;${sanitizer_options}")
endfunction()

set(sanitizer_options
  "ASAN_OPTIONS=detect_leaks=1:abort_on_error=0"
  "UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1"
  "TSAN_OPTIONS=halt_on_error=1:exitcode=66:second_deadlock_stack=1")

file(GLOB server_tests CONFIGURE_DEPENDS server/test_*.py)
# Where threads meet: what runs a command, or has one client ask one thing after the other, shows
# the thread sanitizer nothing that these do not.
set(tests_of_threads bodies crash damage dev_schema disk_faults drain lanes limits operations
  pipelining repeated_reads rest rest_gzip rest_writes room rpc smuggling socket_activation static
  static_overlay takeover takeovers_at_once timeouts tls write_ahead_log)
foreach(build IN ITEMS release dev tsan)
  add_test(NAME ${build}/unit COMMAND ${launch_${build}} ${builds}/${build}/tests/unit_tests)
  set_tests_properties(${build}/unit PROPERTIES TIMEOUT 600 ENVIRONMENT "${sanitizer_options}")
  foreach(file IN LISTS server_tests)
    get_filename_component(name ${file} NAME_WE)
    string(REPLACE "test_" "" name ${name})
    # Twenty groups of starts: one of them holds all that memory has to do with it (takeover).
    if(build STREQUAL dev AND name STREQUAL takeovers_at_once)
      continue()
    endif()
    if(NOT build STREQUAL tsan OR name IN_LIST tests_of_threads)
      add_server_test(${build} ${file})
    endif()
  endforeach()
endforeach()

# What one client does to harm all others, with the others watching (support/bystanders.py): it takes
# time, and times that mean something, so of the release build only and with nothing beside it.
file(GLOB hostile_tests CONFIGURE_DEPENDS server/hostile/test_*.py)
foreach(file IN LISTS hostile_tests)
  add_server_test(release ${file})
  get_filename_component(name ${file} NAME_WE)
  string(REPLACE "test_" "" name ${name})
  set_tests_properties(release/server/${name} PROPERTIES RUN_SERIAL ON)
endforeach()

# Short runs of the fuzz targets over their seeds; tests/fuzz/README.md tells how to run for long.
file(GLOB fuzz_targets CONFIGURE_DEPENDS fuzz/*_fuzz.cpp)
foreach(file IN LISTS fuzz_targets)
  get_filename_component(name ${file} NAME_WE)
  string(REPLACE "_fuzz" "" corpus ${name})
  set(found ${CMAKE_BINARY_DIR}/fuzz/${name})
  file(MAKE_DIRECTORY ${found})
  add_test(NAME fuzz/${corpus}
    COMMAND ${builds}/fuzz/tests/${name} -max_total_time=10 -timeout=10 -rss_limit_mb=2048
            -dict=${CMAKE_SOURCE_DIR}/tests/fuzz/http.dict -artifact_prefix=${found}/ ${found} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${corpus})
  set_tests_properties(fuzz/${corpus} PROPERTIES TIMEOUT 120)
endforeach()

foreach(folder IN ITEMS architecture browser clients conformance docs openapi packaging schema)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/test_*.py)
  list(REMOVE_ITEM files ${CMAKE_SOURCE_DIR}/tests/architecture/test_tidy.py)
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME_WE)
    string(REPLACE "test_" "" name ${name})
    add_test(NAME ${folder}/${name} COMMAND python3 ${file})
    set_tests_properties(${folder}/${name} PROPERTIES TIMEOUT 600
      ENVIRONMENT "PRODEV_BIN=${builds}/release/prodev;PYTHONPATH=${CMAKE_SOURCE_DIR}/tests/support")
  endforeach()
endforeach()

# The longest: in parts, and first, so that others run beside them.
set(tidy ${CMAKE_SOURCE_DIR}/tests/architecture/test_tidy.py)
foreach(part RANGE 1 8)
  add_test(NAME architecture/tidy_${part} COMMAND python3 ${tidy})
  set_tests_properties(architecture/tidy_${part} PROPERTIES
    TIMEOUT 900 COST 1000 ENVIRONMENT "TIDY_PART=${part}/8")
endforeach()

add_test(NAME bench/smoke
  COMMAND ${CMAKE_SOURCE_DIR}/tests/bench/run --smoke --prodev ${builds}/release/prodev
          --bench-bin ${builds}/release/bench)
# The machine's package index over REST and in the sqlite3 shell.
add_test(NAME oracle/packages
  COMMAND python3 ${CMAKE_SOURCE_DIR}/tests/bench/packages/compare.py
          --prodev ${builds}/release/prodev --packages 10000 --cases 300)
set_tests_properties(oracle/packages PROPERTIES TIMEOUT 300)
# Random schemas and requests, and plain SQL on a copy of the rows.
add_test(NAME oracle/generated
  COMMAND python3 ${CMAKE_SOURCE_DIR}/tests/oracle/test_generated.py)
set_tests_properties(oracle/generated PROPERTIES TIMEOUT 300
  ENVIRONMENT "PRODEV_BIN=${builds}/release/prodev;PYTHONPATH=${CMAKE_SOURCE_DIR}/tests/support")
# Random rules under random schema files, and who may read what afterwards.
add_test(NAME oracle/rules
  COMMAND python3 ${CMAKE_SOURCE_DIR}/tests/oracle/rules/test_rules.py)
set_tests_properties(oracle/rules PROPERTIES TIMEOUT 300
  ENVIRONMENT "PRODEV_BIN=${builds}/release/prodev;PYTHONPATH=${CMAKE_SOURCE_DIR}/tests/support")
# Random requests to two servers that differ in rows that nobody who asks may see.
add_test(NAME oracle/unseen
  COMMAND python3 ${CMAKE_SOURCE_DIR}/tests/oracle/test_unseen.py)
set_tests_properties(oracle/unseen PROPERTIES TIMEOUT 300
  ENVIRONMENT "PRODEV_BIN=${builds}/release/prodev;PYTHONPATH=${CMAKE_SOURCE_DIR}/tests/support")
# It measures: nothing beside it, and nothing that it disturbs.
set_tests_properties(bench/smoke PROPERTIES TIMEOUT 300 RUN_SERIAL ON)

# What only those need who change prodev; packaging/test --release leaves it out.
get_property(all_tests DIRECTORY PROPERTY TESTS)
foreach(test IN LISTS all_tests)
  if(test MATCHES "^(dev|tsan|fuzz|architecture|bench)/")
    set_tests_properties(${test} PROPERTIES LABELS developers)
  endif()
endforeach()

# Limits are those of a machine that has nothing else to do; a slower or busier one has more patience
# (tests/patience.py). Tests themselves read it from TEST_PATIENCE.
set(PRODEV_TEST_PATIENCE 1 CACHE STRING "Factor of every limit of the tests")
foreach(test IN LISTS all_tests)
  get_test_property(${test} TIMEOUT limit_s)
  math(EXPR limit_s "${limit_s} * ${PRODEV_TEST_PATIENCE}")
  set_tests_properties(${test} PROPERTIES TIMEOUT ${limit_s})
  set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT "TEST_PATIENCE=${PRODEV_TEST_PATIENCE}")
endforeach()
