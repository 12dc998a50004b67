# prodev_flags: how code is generated and linked, for everything that ends up in an executable.
# prodev_warnings: what our own code must not do; other people's code is not held to it.
include(CheckCXXCompilerFlag)

add_library(prodev_flags INTERFACE)
add_library(prodev_warnings INTERFACE)

# Each of these is an error; -Wconversion without -Wsign-conversion, which flags every index.
target_compile_options(prodev_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion
  -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast -Wcast-qual -Wformat=2
  -Wimplicit-fallthrough -Wextra-semi -Wvla>)
if(PRODEV_SANITIZE)
  # Several files are compiled at a time: names of one may shadow another's.
  target_compile_options(prodev_warnings INTERFACE -Wno-shadow)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(prodev_warnings INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wduplicated-cond -Wsuggest-override>)
  if(PRODEV_SANITIZE)
    # With a sanitizer's calls in between, GCC's flow analysis reports the standard library itself.
    target_compile_options(prodev_warnings INTERFACE -Wno-maybe-uninitialized)
    # Nor does it see that what several files include is compiled once.
    target_compile_options(prodev_warnings INTERFACE -Wno-subobject-linkage)
  endif()
endif()

if(PRODEV_SANITIZE)
  target_compile_options(prodev_flags INTERFACE
    -fsanitize=${PRODEV_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # The check of vptrs asks the kernel about memory through a pipe, and takes an object for a wrong
  # one when descriptors have run out, which is what some tests are about.
  target_compile_options(prodev_flags INTERFACE -fno-sanitize=vptr)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Half of the compile time would go into where variables live in optimised code.
    target_compile_options(prodev_flags INTERFACE -fno-var-tracking)
  endif()
  target_link_options(prodev_flags INTERFACE -fsanitize=${PRODEV_SANITIZE})
endif()
if(PRODEV_FUZZ)
  target_compile_options(prodev_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(PRODEV_STATIC)
  # The linker notes that name look-ups may load modules: the ones we use (files, dns) are built in.
  target_compile_options(prodev_flags INTERFACE -fPIE -ffunction-sections -fdata-sections)
  target_link_options(prodev_flags INTERFACE -static-pie -s -Wl,--gc-sections)
  # Relative relocations take a twentieth of their room so (glibc 2.36 and later apply them).
  include(CheckLinkerFlag)
  check_linker_flag(CXX -Wl,-z,pack-relative-relocs has_packed_relocations)
  if(has_packed_relocations)
    target_link_options(prodev_flags INTERFACE -Wl,-z,pack-relative-relocs)
  endif()
endif()

if(PRODEV_HARDEN)
  # Level 3 also checks sizes that are known only at run time; older compilers have only level 2.
  set(fortify 3)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
    set(fortify 2)
  endif()
  target_compile_options(prodev_flags INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${fortify} -D_GLIBCXX_ASSERTIONS
    -fstack-protector-strong -fstack-clash-protection)
  target_link_options(prodev_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
  foreach(flag IN ITEMS -fcf-protection -mbranch-protection=standard)
    string(MAKE_C_IDENTIFIER "has${flag}" has_flag)
    check_cxx_compiler_flag(${flag} ${has_flag})
    if(${has_flag})
      target_compile_options(prodev_flags INTERFACE ${flag})
    endif()
  endforeach()
endif()

if(PRODEV_LTO)
  # By flag and not by CMake's property, so that third-party code is optimised with ours.
  set(lto -flto=auto)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    set(lto -flto=thin)
  endif()
  target_compile_options(prodev_flags INTERFACE ${lto})
  # Sections of functions get lost on the way otherwise, and with them what the linker's map tells.
  target_link_options(prodev_flags INTERFACE ${lto} -ffunction-sections -fdata-sections)
  # The archive index of LTO objects is written by the compiler's own ar.
  set(CMAKE_AR ${CMAKE_CXX_COMPILER_AR})
  set(CMAKE_RANLIB ${CMAKE_CXX_COMPILER_RANLIB})
endif()
