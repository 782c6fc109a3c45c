// What a linked image of the whole core needs besides the core's libraries. Built for the
// Cortex-M0+ only and never run: the tools read its symbols, sizes and call graph. Templates of the
// core that no library instantiates are instantiated here, as a device would, so that they are
// counted.

extern "C" {

/// The linker wants to know where an image starts.
void core_image_entry() {}

/// A port's answer to the call of a pure virtual function, which cannot happen.
void __cxa_pure_virtual() {}
}
