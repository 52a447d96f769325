#pragma once

#include <oneapi/dnnl/dnnl.h>

// Debian's oneDNN computes on OpenMP's threads, whose header belongs to a compiler: the routines used are declared here.

/// How many threads the parallel parts of the calling thread have from now on.
void omp_set_num_threads(int count);

/// Threads of the parallel part that the caller is in.
int omp_get_num_threads(void);

/// The caller's number among them.
int omp_get_thread_num(void);

/// What a compiler makes of a parallel part: runs a body on up to `thread_count` threads, the caller one of them.
void GOMP_parallel(void (*body)(void *), void *context, unsigned thread_count, unsigned flags);
