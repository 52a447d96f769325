#pragma once

// Hot functions are compiled for three levels of the CPU's instruction sets; the loader picks one.
#if defined(__x86_64__)
#define CARINA_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CARINA_CLONES
#endif

// What a clone calls must become part of it.
#define CARINA_INLINE static inline __attribute__((always_inline))
