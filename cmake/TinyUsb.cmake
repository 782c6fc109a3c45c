# The target `tinyusb`: TinyUSB's device stack as a static library, configured by
# src/usb/tinyusb/tusb_config.h. Its sources are not part of this tree; tools/tinyusb gets them.

if(DEFINED ENV{XDG_CACHE_HOME} AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
  set(cache $ENV{XDG_CACHE_HOME})
else()
  set(cache $ENV{HOME}/.cache)
endif()
set(default ${cache}/pianola/tinyusb-0.18)
if(DEFINED ENV{PIANOLA_TINYUSB})
  set(default $ENV{PIANOLA_TINYUSB})
endif()
set(PIANOLA_TINYUSB ${default} CACHE PATH "Where the sources of TinyUSB 0.18 are")
if(NOT EXISTS ${PIANOLA_TINYUSB}/src/tusb.h)
  message(FATAL_ERROR "No TinyUSB in ${PIANOLA_TINYUSB}: run tools/tinyusb, or set PIANOLA_TINYUSB")
endif()

set(PIANOLA_USB_VENDOR 0x1209 CACHE STRING "USB vendor id")
set(PIANOLA_USB_PRODUCT 0x0001 CACHE STRING "USB product id")
set(PIANOLA_USB_MILLIAMPERES 500 CACHE STRING "Most current that the device draws, even, up to 500")

# Sources of TinyUSB with lines corrected: FILE (below its src) goes to the binary folder with each TO
# in place of its FROM.
function(tinyusb_correct FILE)
  file(READ ${PIANOLA_TINYUSB}/src/${FILE} text)
  math(EXPR last "${ARGC} - 1")
  foreach(from RANGE 1 ${last} 2)
    math(EXPR to "${from} + 1")
    string(FIND "${text}" "${ARGV${from}}" place)
    if(place EQUAL -1)
      message(FATAL_ERROR "${PIANOLA_TINYUSB} is not TinyUSB 0.18: ${FILE} is another")
    endif()
    string(REPLACE "${ARGV${from}}" "${ARGV${to}}" text "${text}")
  endforeach()
  get_filename_component(name ${FILE} NAME)
  file(CONFIGURE OUTPUT ${name} CONTENT "${text}" @ONLY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PIANOLA_TINYUSB}/src/${FILE})
endfunction()

# What must stand in a file of TinyUSB's for src/usb/callbacks.cpp, which has mscd_*() do the work of
# a class of its own: see docs/usb.md, "What waits".
function(tinyusb_needs FILE)
  file(READ ${PIANOLA_TINYUSB}/src/${FILE} text)
  foreach(part ${ARGN})
    string(FIND "${text}" "${part}" place)
    if(place EQUAL -1)
      message(FATAL_ERROR "${PIANOLA_TINYUSB} is not TinyUSB 0.18: src/usb/callbacks.cpp needs "
                          "\"${part}\" in ${FILE}")
    endif()
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PIANOLA_TINYUSB}/src/${FILE})
endfunction()
tinyusb_needs(class/msc/msc_device.h
              "void     mscd_init            (void)"
              "bool     mscd_deinit          (void)"
              "void     mscd_reset           (uint8_t rhport)"
              "uint16_t mscd_open            (uint8_t rhport, tusb_desc_interface_t const * itf_desc"
              "bool     mscd_control_xfer_cb (uint8_t rhport, uint8_t stage"
              "bool     mscd_xfer_cb         (uint8_t rhport, uint8_t ep_addr, xfer_result_t event")
# A callback that took nothing is called again by an event of the endpoint's, with the same bytes.
tinyusb_needs(class/msc/msc_device.c
              "uint32_t const left_over = xferred_bytes - (uint32_t)nbytes"
              "dcd_event_xfer_complete(rhport, p_msc->ep_out, left_over, XFER_RESULT_SUCCESS, false)")
# Classes of the program come before TinyUSB's.
tinyusb_needs(device/usbd.c
              "_app_driver = usbd_app_driver_get_cb(&_app_driver_count)"
              "if ( drvid < _app_driver_count ) {")

# TinyUSB keeps the length of a sector, as a command gives it, in 16 bits. It refuses one of 0, by
# which it would divide, but looks at all 32 bits for that: a read of one sector with 65,536 bytes
# ends the program.
tinyusb_correct(class/msc/msc_device.c
                "cbw->total_bytes / block_count == 0"
                "(uint16_t)(cbw->total_bytes / block_count) == 0"
                # It answers commands to any unit, and INQUIRY whatever is asked for.
                "  switch (scsi_cmd[0]) {
    case SCSI_CMD_TEST_UNIT_READY:
      resplen = 0;"
                "  extern bool pianola_usb_takes_command(uint8_t lun, uint8_t const* command);
  if (!pianola_usb_takes_command(lun, scsi_cmd)) return -1;
  switch (scsi_cmd[0]) {
    case SCSI_CMD_TEST_UNIT_READY:
      resplen = 0;"
                "        .is_removable = 1,"
                "        .peripheral_device_type = lun == 0 ? 0 : 0x1F,
        .peripheral_qualifier = lun == 0 ? 0 : 3,
        .is_removable = 1,")

# TinyUSB takes the direction of a control request's data from the packet, whatever the request: see
# src/usb/setup.hpp, which is asked first, whatever the controller.
tinyusb_correct(device/usbd.c
                "TU_ASSERT(p_request->bmRequestType_bit.type < TUSB_REQ_TYPE_INVALID);"
                "extern bool pianola_usb_takes_setup(void const* packet);
  TU_VERIFY(pianola_usb_takes_setup(p_request));
  TU_ASSERT(p_request->bmRequestType_bit.type < TUSB_REQ_TYPE_INVALID);")

enable_language(C)
add_library(tinyusb STATIC
            ${PIANOLA_TINYUSB}/src/tusb.c
            ${PIANOLA_TINYUSB}/src/common/tusb_fifo.c
            ${CMAKE_CURRENT_BINARY_DIR}/usbd.c
            ${PIANOLA_TINYUSB}/src/device/usbd_control.c
            ${PIANOLA_TINYUSB}/src/class/hid/hid_device.c
            ${CMAKE_CURRENT_BINARY_DIR}/msc_device.c)
target_include_directories(tinyusb SYSTEM PUBLIC ${PIANOLA_TINYUSB}/src
                           ${CMAKE_SOURCE_DIR}/src/usb/tinyusb
                           PRIVATE ${PIANOLA_TINYUSB}/src/class/msc)
# Not ours to correct: no warnings, and no end of the program where it computes as C does not allow.
target_compile_options(tinyusb PRIVATE -w -fno-sanitize=undefined)
# Linked file by file, so that a program without a controller needs none of the stack.
set_target_properties(tinyusb PROPERTIES UNITY_BUILD OFF)
