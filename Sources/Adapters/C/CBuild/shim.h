#pragma once

// What the program is made from, where `make` has written it down. A plain `swift build` doesn't know.
#if __has_include("commit.h")
#include "commit.h"
#else
#define WEIR_COMMIT "unknown"
#endif
