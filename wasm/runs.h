// Bytes, sixteen at a time: where a run of characters of one kind ends, and a line does (src/sip-parser/words.ts).
// Reads up to sixteen bytes behind the data, and makes nothing of them.
#pragma once
#include <stdint.h>
#include <wasm_simd128.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;

#define NONE ((const u8 *)0)
#define WORD(a, b, c, d) ((u32)(a) | (u32)(b) << 8 | (u32)(c) << 16 | (u32)(d) << 24)
#define LOWER 0x20202020u
#define LOWER3 0x00202020u

static u32 word(const u8 *p) {
  u32 w;
  __builtin_memcpy(&w, p, 4);
  return w;
}

// Runs: the first byte at or behind p that ends one, NONE when there is none before end.
#define RUN(name, hits)                                             \
  static const u8 *name(const u8 *p, const u8 *end) {               \
    for (; p < end; p += 16) {                                      \
      v128_t v = wasm_v128_load(p);                                 \
      u32 mask = wasm_i8x16_bitmask(hits);                          \
      if (mask != 0) {                                              \
        p += __builtin_ctz(mask);                                   \
        return p < end ? p : NONE;                                  \
      }                                                             \
    }                                                               \
    return NONE;                                                    \
  }
// Signed comparison: what is above ASCII is negative.
RUN(end_of_text, wasm_i8x16_lt(v, wasm_i8x16_const_splat(0x20)))
RUN(end_of_visible, wasm_i8x16_lt(v, wasm_i8x16_const_splat(0x21)))
RUN(end_of_quoted,
    wasm_v128_or(wasm_i8x16_lt(v, wasm_i8x16_const_splat(0x20)),
                 wasm_v128_or(wasm_i8x16_eq(v, wasm_i8x16_const_splat('"')),
                              wasm_i8x16_eq(v, wasm_i8x16_const_splat('\\')))))
// Plain: from '&' on, without the comma and ':' to '@'.
RUN(end_of_plain,
    wasm_v128_or(wasm_i8x16_lt(v, wasm_i8x16_const_splat(0x26)),
                 wasm_v128_or(wasm_i8x16_eq(v, wasm_i8x16_const_splat(',')),
                              wasm_u8x16_lt(wasm_i8x16_sub(v, wasm_i8x16_const_splat(':')),
                                            wasm_i8x16_const_splat(7)))))

// token (RFC 3261 25.1).
static int is_token(u8 c) {
  if ((u8)((c | 32) - 'a') < 26 || (u8)(c - '0') < 10) return 1;
  switch (c) {
  case '-': case '.': case '!': case '%': case '*': case '_': case '+': case '`': case '\'': case '~': return 1;
  default: return 0;
  }
}

// The line behind the CRLF at p, unless it is a fold or behind the data.
static const u8 *next_line(const u8 *p, const u8 *end) {
  if (p == NONE || p + 4 > end || p[0] != 13 || p[1] != 10) return NONE;
  return p[2] > 0x20 || p[2] == 13 ? p + 2 : NONE;
}
