#pragma once

// Hot loops in C, one header for each family. Sources/Platform/LinearAlgebra is their only importer.
#include "augment.h"
#include "codes.h"
#include "dense.h"
#include "distance.h"
#include "sampler.h"
