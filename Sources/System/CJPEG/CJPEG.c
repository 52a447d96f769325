#include "include/CJPEG.h"
