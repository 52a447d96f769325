private import CProcess

/// Lets this process keep the memory that it frees, up to a bound, for what it allocates next.
///
/// Objects and pixels are half a megabyte each. By default glibc maps a block of such a size anew, and gives it back when
/// it is freed: the kernel then fills 128 pages with zeros for each copy of a slice.
package func keepFreedMemory() {
    carina_keep_freed_memory(32 << 20, 128 << 20)
}
