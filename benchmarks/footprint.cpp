// The objects that a user of the core provides. Built for the Cortex-M0+ only and never run: the
// tools read the sizes from the object file. One line adds an object.

/// Records the size of the type that follows NAME under that name.
#define PIANOLA_FOOTPRINT(NAME, ...)                       \
  extern const char footprint_##NAME[sizeof(__VA_ARGS__)]; \
  const char footprint_##NAME[sizeof(__VA_ARGS__)] {}
