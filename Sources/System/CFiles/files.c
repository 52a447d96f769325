#define _GNU_SOURCE
#include "CFiles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What direct writes must be aligned to, on disk and in memory, and the size of each.
enum { ALIGNMENT = 4096, STEP = 1 << 20 };

static int write_all(int descriptor, const char *bytes, size_t count) {
    while (count > 0) {
        const ssize_t written = write(descriptor, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return -1;
        bytes += written;
        count -= (size_t)written;
    }
    return 0;
}

/// Writes whole blocks from aligned memory; stops at the first that the system writes only in part.
///
/// Returns how many bytes were written.
static size_t write_directly(int descriptor, const char *bytes, size_t count) {
    size_t done = 0;
    void *step = NULL;
    const size_t size = count < STEP ? count : STEP;
    if (posix_memalign(&step, ALIGNMENT, size) != 0) return 0;
    while (done < count) {
        const size_t length = count - done < size ? count - done : size;
        memcpy(step, bytes + done, length);
        const ssize_t written = write(descriptor, step, length);
        if (written < 0 && errno == EINTR) continue;
        if (written > 0) done += (size_t)written;
        if (written < 0 || (size_t)written < length) break;
    }
    free(step);
    return done;
}

int carina_create_file(const char *path, const void *bytes, size_t count) {
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    const size_t whole = count / ALIGNMENT * ALIGNMENT;
    int descriptor = whole > 0 ? open(path, flags | O_DIRECT, 0600) : -1;
    size_t done = 0;
    if (descriptor >= 0) {
        done = write_directly(descriptor, bytes, whole);
        // What is left, an error's cause included, goes the usual way.
        fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_DIRECT);
    } else {
        // Some file systems know no direct writes; one of them makes the file before it says so.
        if (whole > 0 && errno != EINVAL) return -1;
        if (whole > 0) unlink(path);
        descriptor = open(path, flags, 0600);
        if (descriptor < 0) return -1;
    }
    if (write_all(descriptor, (const char *)bytes + done, count - done) == 0) return descriptor;
    const int code = errno;
    close(descriptor);
    errno = code;
    return -1;
}
