# The pages of /docs/, which packaging/docs/render.py makes of static/docs/*.md, and their search index:
# PRODEV_DOCS_PAGES in PRODEV_DOCS_FOLDER, to be embedded like the files of static/.

find_program(CMARK_GFM cmark-gfm)
if(NOT CMARK_GFM)
  message(FATAL_ERROR "cmark-gfm, which reads the documentation, is missing: packaging/setup build installs it.")
endif()

file(GLOB docs_sources CONFIGURE_DEPENDS static/docs/*.md)
set(PRODEV_DOCS_FOLDER ${CMAKE_BINARY_DIR}/generated/docs)
set(PRODEV_DOCS_PAGES ${PRODEV_DOCS_FOLDER}/search.json)
foreach(source IN LISTS docs_sources)
  get_filename_component(name ${source} NAME_WE)
  list(APPEND PRODEV_DOCS_PAGES ${PRODEV_DOCS_FOLDER}/${name}.html)
endforeach()

set(docs_renderer ${CMAKE_SOURCE_DIR}/packaging/docs)
add_custom_command(
  OUTPUT ${PRODEV_DOCS_PAGES}
  COMMAND ${docs_renderer}/render.py ${CMAKE_SOURCE_DIR}/static/docs ${PRODEV_DOCS_FOLDER}
  DEPENDS ${docs_sources} ${docs_renderer}/render.py ${docs_renderer}/frame.html
  COMMENT "Rendering static/docs"
  VERBATIM)
