# The version and commit that `prodev version` prints. Read when building, not when configuring, so
# that a commit made in between is seen; the file is rewritten only when its text changes.
# Included by CMakeLists.txt to declare the target, and run as a script by that target.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(PRODEV_BUILD_INFO_SOURCE ${CMAKE_BINARY_DIR}/generated/build_info.cpp)
  add_custom_target(prodev_build_info
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${PRODEV_BUILD_INFO_SOURCE} -DSOURCE=${CMAKE_SOURCE_DIR}
      -DVERSION=${PROJECT_VERSION} "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
      -P ${CMAKE_CURRENT_LIST_FILE}
    BYPRODUCTS ${PRODEV_BUILD_INFO_SOURCE}
    COMMENT "Stamping version and commit"
    VERBATIM)
  return()
endif()

function(git_output result)
  # The owner of a checkout in a container is often somebody else; reading it is harmless.
  execute_process(COMMAND git -c safe.directory=${SOURCE} -C ${SOURCE} ${ARGN}
    OUTPUT_VARIABLE text RESULT_VARIABLE failed ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(failed)
    set(text "")
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

git_output(commit rev-parse --short=7 HEAD)
git_output(changes status --porcelain --untracked-files=no)
git_output(commit_time log -1 --format=%ct)
if(commit STREQUAL "")
  set(commit unknown)
elseif(NOT changes STREQUAL "")
  string(APPEND commit "-dirty")
endif()

if(DEFINED ENV{SOURCE_DATE_EPOCH})
  set(commit_time $ENV{SOURCE_DATE_EPOCH})
elseif(commit_time STREQUAL "")
  file(TIMESTAMP ${SOURCE}/CMakeLists.txt commit_time "%s" UTC)
endif()

file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "base/build_info.h"

namespace prodev::base {

std::string_view version() { return "@VERSION@"; }
std::string_view commit() { return "@commit@"; }
std::string_view compiler() { return "@COMPILER@"; }
long long commit_time_s() { return @commit_time@; }

}  // namespace prodev::base
]])
