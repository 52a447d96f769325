#pragma once

#include <cblas.h>
#include <stddef.h>

// OpenBLAS carries LAPACK, but Debian's header of it belongs to another package: the one routine used is declared here.

/// Eigenvalues and eigenvectors il to iu (counted from 1, ascending) of a symmetric matrix, column-major.
/// The last three arguments are the lengths of the first three, as Fortran passes them.
void dsyevr_(
    const char *jobz, const char *range, const char *uplo, const int *n, double *a, const int *lda,
    const double *vl, const double *vu, const int *il, const int *iu, const double *abstol, int *m, double *w,
    double *z, const int *ldz, int *isuppz, double *work, const int *lwork, int *iwork, const int *liwork,
    int *info, size_t jobz_length, size_t range_length, size_t uplo_length);
