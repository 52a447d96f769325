#include "include/CDCMTK.h"
