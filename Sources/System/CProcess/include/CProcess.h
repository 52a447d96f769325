#pragma once

#include <stddef.h>

// The C library's allocator, memory that two processes see, and who goes first. Sources/Platform/Processes is the only
// importer.

/// Blocks below `block_bytes` (at most 32 MiB) are kept when they are freed, until `kept_bytes` of an arena are free.
/// Nothing happens where the allocator knows no such settings.
void carina_keep_freed_memory(size_t block_bytes, size_t kept_bytes);

/// A descriptor of memory, closed on exec, whose size nobody can change; -1 with `errno`.
int carina_shared_memory(size_t bytes);

/// Gives all threads of this process a niceness of -20...19. Nothing happens where the system refuses.
void carina_set_niceness(int value);
