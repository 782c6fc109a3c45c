# Toolchain for the Cortex-M0+, the smallest processor that the core must run on.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR cortex-m0plus)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)  # TinyUSB is C.
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

# The paths in the objects name what calls what (tools/stack_depth.py): ccache may give those of
# another folder.
set(CMAKE_C_COMPILER_LAUNCHER "")
set(CMAKE_CXX_COMPILER_LAUNCHER "")

# A program is optimised as a whole when it is linked, in one piece; the objects also have code of
# their own (fat), so that they can be looked at, and linked without that (-fno-lto).
#
# -fcallgraph-info leaves beside such a program a .ci file with its call graph and the stack that
# each function takes; tools/stack_depth.py reads it.
set(CMAKE_C_FLAGS_INIT
    "-mcpu=cortex-m0plus -mthumb -ffunction-sections -fdata-sections -flto -flto-partition=one \
-ffat-lto-objects")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-fcallgraph-info=su")
set(CMAKE_CXX_FLAGS_INIT
    "${CMAKE_C_FLAGS_INIT} -fno-exceptions -fno-rtti -fno-threadsafe-statics")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
