# Target httplib: cpp-httplib, compiled once, from Debian's patched source (packaging/fetch-httplib).
# All presets share one copy of the source in build/third_party.

set(httplib_folder ${CMAKE_SOURCE_DIR}/build/third_party/cpp-httplib)
if(NOT EXISTS ${httplib_folder}/httplib.cc OR NOT EXISTS ${httplib_folder}/LICENSE)
  execute_process(COMMAND ${CMAKE_SOURCE_DIR}/packaging/fetch-httplib ${httplib_folder}
    RESULT_VARIABLE fetch_failed)
  if(fetch_failed)
    message(FATAL_ERROR "cpp-httplib could not be fetched; the line above says why.")
  endif()
endif()

add_library(httplib STATIC ${httplib_folder}/httplib.cc)
target_include_directories(httplib SYSTEM PUBLIC ${httplib_folder})
target_compile_definitions(httplib PUBLIC CPPHTTPLIB_OPENSSL_SUPPORT CPPHTTPLIB_USE_POLL)
target_link_libraries(httplib PUBLIC prodev_flags OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
# After the flags that it inherits. Undefined behaviour is looked for in our own code only.
set_source_files_properties(${httplib_folder}/httplib.cc PROPERTIES
  COMPILE_OPTIONS "-w;-g0;-fno-sanitize=undefined")
