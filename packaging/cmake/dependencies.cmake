# Libraries of the distribution; as static archives where they end up in the shipped executable.
# A missing one names the Debian package that has it.
if(PRODEV_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
  set(OPENSSL_USE_STATIC_LIBS ON)
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)

# The packages that end up in the executable, for licenses.cmake.
define_property(GLOBAL PROPERTY PRODEV_PACKAGES BRIEF_DOCS "Debian packages" FULL_DOCS "Debian packages")
set_property(GLOBAL APPEND PROPERTY PRODEV_PACKAGES libssl-dev libc6-dev)

# prodev_library(TARGET HEADER LIBRARY PACKAGE [DEPENDENCY...])
function(prodev_library target header library package)
  find_path(${target}_include ${header})
  find_library(${target}_file ${library})
  if(NOT ${target}_include OR NOT ${target}_file)
    message(FATAL_ERROR "${header} or lib${library} is missing: install ${package}, "
      "or run packaging/setup, which installs everything the build needs.")
  endif()
  set_property(GLOBAL APPEND PROPERTY PRODEV_PACKAGES ${package})
  add_library(${target} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES
    IMPORTED_LOCATION ${${target}_file} INTERFACE_LINK_LIBRARIES "${ARGN}")
endfunction()

function(prodev_require_header header package)
  string(MAKE_C_IDENTIFIER "include_${header}" found)
  find_path(${found} ${header})
  if(NOT ${found})
    message(FATAL_ERROR "${header} is missing: install ${package}, or run packaging/setup.")
  endif()
  set_property(GLOBAL APPEND PROPERTY PRODEV_PACKAGES ${package})
endfunction()

prodev_library(prodev_sodium sodium.h sodium libsodium-dev)
prodev_library(prodev_sqlite sqlite3.h sqlite3 libsqlite3-dev m)
prodev_library(prodev_sqlitecpp SQLiteCpp/Database.h SQLiteCpp libsqlitecpp-dev prodev_sqlite)
prodev_library(prodev_re2 re2/re2.h re2 libre2-dev Threads::Threads)
prodev_library(prodev_zlib zlib.h z zlib1g-dev)
prodev_library(prodev_brotli_common brotli/types.h brotlicommon libbrotli-dev)
prodev_library(prodev_brotli_encoder brotli/encode.h brotlienc libbrotli-dev prodev_brotli_common)
prodev_library(prodev_brotli_decoder brotli/decode.h brotlidec libbrotli-dev prodev_brotli_common)

prodev_require_header(CLI/CLI.hpp libcli11-dev)
prodev_require_header(toml++/toml.h libtomlplusplus-dev)
prodev_require_header(tl/expected.hpp libexpected-dev)
prodev_require_header(picojson.h picojson-dev)

# Since 2023 RE2 is made of Abseil, whose many archives its pkg-config file lists.
find_package(PkgConfig REQUIRED)
pkg_check_modules(re2_needs REQUIRED QUIET re2)
set_property(TARGET prodev_re2 APPEND PROPERTY
  INTERFACE_LINK_LIBRARIES "${re2_needs_STATIC_LINK_LIBRARIES}")
if(re2_needs_STATIC_LIBRARIES MATCHES "absl_")
  set_property(GLOBAL APPEND PROPERTY PRODEV_PACKAGES libabsl-dev)
endif()
