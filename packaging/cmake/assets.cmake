# The files under static/, schema/ and packaging/templates/ become read-only data of the executable
# (src/assets/assets.h), and so do the pages of docs.cmake, below /docs/, and Swagger UI
# (packaging/fetch-swagger-ui), below /docs/api/. Only what is served has compressed forms, or what is
# as large as Swagger UI and the texts of licenses.cmake.
# The tool runs on the machine that builds, so it gets neither sanitizers nor the static link.

add_executable(embed_assets src/assets/embed.cpp)
target_link_libraries(embed_assets PRIVATE
  prodev_warnings prodev_brotli_encoder prodev_zlib prodev_sodium m)

set(swagger_ui_folder build/third_party/swagger-ui)
if(NOT EXISTS ${CMAKE_SOURCE_DIR}/${swagger_ui_folder}/swagger-ui.css)
  execute_process(COMMAND ${CMAKE_SOURCE_DIR}/packaging/fetch-swagger-ui
    ${CMAKE_SOURCE_DIR}/${swagger_ui_folder} RESULT_VARIABLE fetch_failed)
  if(fetch_failed)
    message(FATAL_ERROR "Swagger UI could not be fetched; the line above says why.")
  endif()
endif()

file(GLOB_RECURSE asset_files CONFIGURE_DEPENDS
  static/* schema/* packaging/templates/* ${swagger_ui_folder}/*)
set(asset_folder ${CMAKE_BINARY_DIR}/generated/assets)
set(PRODEV_ASSET_SOURCES ${asset_folder}/assets.S ${asset_folder}/assets_table.cpp)
add_custom_command(
  OUTPUT ${PRODEV_ASSET_SOURCES} ${asset_folder}/assets.bin
  COMMAND embed_assets ${CMAKE_SOURCE_DIR} ${asset_folder}
          served:static plain:schema plain:packaging/templates
          served:static/docs=${PRODEV_DOCS_FOLDER} packed:static/docs/api=${swagger_ui_folder}
          packed:licenses=${license_folder}
  DEPENDS embed_assets ${asset_files} ${PRODEV_DOCS_PAGES} ${license_index}
  COMMENT "Embedding static/, schema/ and packaging/templates/"
  VERBATIM)
set_source_files_properties(${asset_folder}/assets.S PROPERTIES
  OBJECT_DEPENDS ${asset_folder}/assets.bin)
