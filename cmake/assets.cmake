# The files under static/, schema/ and templates/ become read-only data of the executable (src/assets/assets.h).
# The tool runs on the machine that builds, so it gets neither sanitizers nor the static link.

add_executable(embed_assets src/assets/embed.cpp)
target_link_libraries(embed_assets PRIVATE
  prodev_warnings prodev_brotli_encoder prodev_zlib prodev_sodium m)

file(GLOB_RECURSE asset_files CONFIGURE_DEPENDS static/* schema/* templates/*)
set(asset_folder ${CMAKE_BINARY_DIR}/generated/assets)
set(PRODEV_ASSET_SOURCES ${asset_folder}/assets.S ${asset_folder}/assets_table.cpp)
add_custom_command(
  OUTPUT ${PRODEV_ASSET_SOURCES} ${asset_folder}/assets.bin
  COMMAND embed_assets ${CMAKE_SOURCE_DIR} ${asset_folder} static schema templates
  DEPENDS embed_assets ${asset_files}
  COMMENT "Embedding static/, schema/ and templates/"
  VERBATIM)
set_source_files_properties(${asset_folder}/assets.S PROPERTIES
  OBJECT_DEPENDS ${asset_folder}/assets.bin)
