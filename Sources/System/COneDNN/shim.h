#pragma once

#include <oneapi/dnnl/dnnl.h>

// Debian's oneDNN computes on OpenMP's threads, whose header belongs to a compiler: the one routine used is declared here.

/// How many threads the parallel parts of the calling thread have from now on.
void omp_set_num_threads(int count);
