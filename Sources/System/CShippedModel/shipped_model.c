#include "CShippedModel.h"

// C23, which Swift's compiler knows in earlier modes too.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char model[] = {
#embed "model.safetensors"
};

const unsigned char *carina_shipped_model(size_t *byte_count) {
    *byte_count = sizeof model;
    return model;
}
