// How TinyUSB is built, for all ports. A port for a microcontroller gives CFG_TUSB_MCU on the
// compiler's command line; without it there is no controller that TinyUSB knows, and the port
// implements TinyUSB's dcd_* functions itself.

#pragma once

#ifndef CFG_TUSB_MCU
#define CFG_TUSB_MCU OPT_MCU_NONE
#define TUP_DCD_ENDPOINT_MAX 8
#endif

#define CFG_TUSB_OS OPT_OS_NONE
#define CFG_TUSB_DEBUG 0
#define CFG_TUSB_RHPORT0_MODE (OPT_MODE_DEVICE | OPT_MODE_FULL_SPEED)
#define CFG_TUD_ENABLED 1
#define CFG_TUD_MAX_SPEED OPT_MODE_FULL_SPEED
#define CFG_TUD_ENDPOINT0_SIZE 64
#define CFG_TUD_INTERFACE_MAX 4
// Each endpoint has at most one transfer that can end, and the bus itself a few events.
#define CFG_TUD_TASK_QUEUE_SZ 32

// The keyboard, all that goes beyond it, and raw HID.
#define CFG_TUD_HID 3
// Also the size that an OUT transfer waits for: the packet size of raw HID, or its reports would
// never be complete.
#define CFG_TUD_HID_EP_BUFSIZE 32

#define CFG_TUD_MSC 1
// What READ (10) and WRITE (10) pass on at once: a page of the host's.
#define CFG_TUD_MSC_EP_BUFSIZE 4096
