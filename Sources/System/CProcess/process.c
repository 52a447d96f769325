#define _GNU_SOURCE
#include "CProcess.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

void carina_keep_freed_memory(size_t block_bytes, size_t kept_bytes) {
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, (int)block_bytes);
    mallopt(M_TRIM_THRESHOLD, (int)kept_bytes);
#else
    (void)block_bytes;
    (void)kept_bytes;
#endif
}

int carina_shared_memory(size_t bytes) {
    const int descriptor = memfd_create("carina", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0) return -1;
    // Whoever shortened it would make the other side's next access a signal.
    if (ftruncate(descriptor, (off_t)bytes) == 0
        && fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        return descriptor;
    const int code = errno;
    close(descriptor);
    errno = code;
    return -1;
}

void carina_set_niceness(int value) {
    // Linux keeps one number for each thread; those that start later have that of the thread which starts them.
    DIR *threads = opendir("/proc/self/task");
    if (!threads) return;
    for (struct dirent *entry = readdir(threads); entry; entry = readdir(threads)) {
        const int thread = atoi(entry->d_name);
        if (thread > 0) setpriority(PRIO_PROCESS, (id_t)thread, value);
    }
    closedir(threads);
}
