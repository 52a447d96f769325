#pragma once

#include <stddef.h>

/// The model that comes with the program, made by `make model` of phantoms: a safetensors file, part of the program, so that
/// there is no file to be lost or looked for.
///
/// @param byte_count is set to the number of its bytes.
/// @return the bytes, which live as long as the program.
const unsigned char *carina_shipped_model(size_t *byte_count);
