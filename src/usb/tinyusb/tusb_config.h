// How TinyUSB is built, for all ports. What stands between #ifndef and #endif is the platform's to
// say, on the compiler's command line for all that includes this (target_compile_definitions(tinyusb
// PUBLIC ...)). All else follows from the descriptors.

#pragma once

// A controller that TinyUSB knows. Without one the port implements TinyUSB's dcd_* functions itself.
#ifndef CFG_TUSB_MCU
#define CFG_TUSB_MCU OPT_MCU_NONE
#define TUP_DCD_ENDPOINT_MAX 8
#endif

// What guards the queue of events against interrupts and a second core.
#ifndef CFG_TUSB_OS
#define CFG_TUSB_OS OPT_OS_NONE
#endif

#define CFG_TUSB_DEBUG 0
#define CFG_TUSB_RHPORT0_MODE (OPT_MODE_DEVICE | OPT_MODE_FULL_SPEED)
#define CFG_TUD_ENABLED 1
#define CFG_TUD_MAX_SPEED OPT_MODE_FULL_SPEED
#define CFG_TUD_ENDPOINT0_SIZE 64
#define CFG_TUD_INTERFACE_MAX 4
// Each endpoint has at most one transfer that can end, and the bus itself a few events.
#ifndef CFG_TUD_TASK_QUEUE_SZ
#define CFG_TUD_TASK_QUEUE_SZ 32
#endif

// The keyboard, all that goes beyond it, and raw HID.
#define CFG_TUD_HID 3
// Also the size that an OUT transfer waits for: the packet size of raw HID, or its reports would
// never be complete.
#define CFG_TUD_HID_EP_BUFSIZE 32

#define CFG_TUD_MSC 1
// What READ (10) and WRITE (10) pass on at once, whole sectors: a page of the host's.
#ifndef CFG_TUD_MSC_EP_BUFSIZE
#define CFG_TUD_MSC_EP_BUFSIZE 4096
#endif
#if CFG_TUD_MSC_EP_BUFSIZE < 512 || CFG_TUD_MSC_EP_BUFSIZE % 512 != 0
#error "CFG_TUD_MSC_EP_BUFSIZE must be a multiple of 512, the size of a sector"
#endif
