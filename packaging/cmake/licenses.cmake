# What is built in and under which licence (packaging/list-licenses), for `prodev licenses`: the
# packages that dependencies.cmake found, and the compiler's own libraries.
# Sets license_folder and license_index; assets.cmake embeds what is in the folder.

find_package(Python3 REQUIRED COMPONENTS Interpreter)

# Which package the compiler's library is of says its version: libstdc++-12-dev.
execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=libstdc++.a
  OUTPUT_VARIABLE libstdcxx OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
file(REAL_PATH "${libstdcxx}" libstdcxx)
string(REGEX MATCH "/gcc/[^/]+/([0-9]+)/" version_folder "${libstdcxx}")
if(version_folder)
  set_property(GLOBAL APPEND PROPERTY PRODEV_PACKAGES libstdc++-${CMAKE_MATCH_1}-dev)
endif()

get_property(license_packages GLOBAL PROPERTY PRODEV_PACKAGES)
list(REMOVE_DUPLICATES license_packages)
set(license_texts)
foreach(package IN LISTS license_packages)
  if(EXISTS /usr/share/doc/${package}/copyright)
    list(APPEND license_texts /usr/share/doc/${package}/copyright)
  endif()
endforeach()

set(license_folder ${CMAKE_BINARY_DIR}/generated/licenses)
set(license_index ${license_folder}/index.tsv)
add_custom_command(
  OUTPUT ${license_index}
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/packaging/list-licenses ${license_folder}
          ${CMAKE_SOURCE_DIR}/build/third_party ${license_packages}
  DEPENDS ${CMAKE_SOURCE_DIR}/packaging/list-licenses ${CMAKE_SOURCE_DIR}/packaging/fetch-swagger-ui
          ${license_texts}
  COMMENT "Listing licences"
  VERBATIM)
