#pragma once

// Hot loops in C, one header for each family. Sources/Platform/LinearAlgebra is their only importer.
#include "augment.h"
#include "cell_backgrounds.h"
#include "channel_moments.h"
#include "channel_scaling.h"
#include "codes.h"
#include "dense.h"
#include "distance.h"
#include "few_channels.h"
#include "gradients.h"
#include "sample_sums.h"
#include "sampler.h"
