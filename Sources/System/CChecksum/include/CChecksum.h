#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// CRC-32C by the processor's own instruction. Sources/Platform/Wire is the only importer.

/// Whether this processor has the instruction; where it has not, `carina_crc32c` must not be called.
bool carina_crc32c_is_there(void);

/// Takes `count` bytes into a checksum whose state (all ones before the first byte, inverted after the last) is given.
uint32_t carina_crc32c(uint32_t state, const uint8_t *bytes, size_t count);
