#pragma once
#include <zlib.h>

// zlib's initialisers are macros, which Swift can't see. 16 added to the window bits asks for gzip's framing, a negative
// number for none.
static inline int czlib_gzip_deflate_init(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

static inline int czlib_inflate_init(z_stream *stream, int window_bits) {
    return inflateInit2(stream, window_bits);
}
