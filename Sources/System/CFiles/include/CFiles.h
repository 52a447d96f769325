#pragma once

#include <stddef.h>

// Files that are written past the page cache. Sources/Platform/Storage is the only importer.

/// Creates a file that must not exist, readable by its owner only, and writes all bytes to it.
///
/// They go to the disk without passing through the page cache, where the file system can do that: what is written once
/// and not soon read need not push other files' pages out, nor be copied to new pages. The caller syncs and closes it.
///
/// Returns a descriptor, or -1 with `errno`; the file may then exist, half written.
int carina_create_file(const char *path, const void *bytes, size_t count);
