// Hashes of what state looks messages up by, made while the bytes are at hand: those of src/core/span-hash.ts, bit by
// bit, since TypeScript makes them of every message that is not usual.
#pragma once
#include "cells.h"

// Of message-keys.ts.
enum { KIND_TRANSACTION = 1 };

// The lanes so far, then four bytes at a time, then the rest and the length.
static void hash_piece(u32 *lanes, u32 piece, int shift) {
  u32 lo = (lanes[0] ^ piece) * 0x9e3779b1u;
  lanes[1] = (lanes[1] + piece) * 0x85ebca6bu ^ lo >> 15;
  lanes[0] = shift == 0 ? lo : lo ^ lo >> shift;
}
static void hash_span(u32 *lanes, const int *cells, u32 case_bits) {
  const u8 *p = base + cells[0], *stop = p + cells[1];
  for (; p + 4 <= stop; p += 4) hash_piece(lanes, word(p) | case_bits, 0);
  u32 tail = cells[1];
  for (; p < stop; p++) tail = tail << 8 | *p;
  hash_piece(lanes, tail | (case_bits & LOWER3), 16);
}
static void hash_word(u32 *lanes, u32 value) {
  u32 lo = (lanes[0] ^ value) * 0x9e3779b1u;
  lanes[0] = lo ^ lo >> 15;
  lanes[1] = (lanes[1] + value) * 0x85ebca6bu ^ lo;
}
static void hash_finish(u32 *lanes) {
  u32 lo = lanes[0], hi = lanes[1];
  lo ^= hi >> 16;
  lo = (lo ^ lo >> 15) * 0x85ebca6bu;
  hi = (hi ^ lo ^ hi >> 13) * 0x9e3779b1u;
  lo ^= hi >> 16;
  lanes[0] = lo ^ lo >> 13;
  lanes[1] = hi ^ lanes[0] * 0x85ebca6bu;
}

// Call-ID, From tag, To tag and the top Via as keys begin with them, and the key of the message's own transaction
// where the branch has the cookie (src/state/message-keys.ts).
static void hash_spans(u32 seed_lo, u32 seed_hi) {
  for (int i = 0; i < 8; i += 2) out.hashes[i] = seed_lo, out.hashes[i + 1] = seed_hi;
  if (out.spans[CALL_ID + 1] > 0) hash_span(out.hashes, out.spans + CALL_ID, 0);
  if (out.spans[FROM_TAG + 1] > 0) hash_span(out.hashes + 2, out.spans + FROM_TAG, 0);
  if (out.spans[TO_TAG + 1] > 0) hash_span(out.hashes + 4, out.spans + TO_TAG, 0);
  hash_span(out.hashes + 6, out.vias, LOWER);
  hash_word(out.hashes + 6, out.via_ports[0]);
  if (out.vias[3] > 0) hash_span(out.hashes + 6, out.vias + 2, 0);
  u32 *key = out.hashes + 8;
  key[0] = out.hashes[6];
  key[1] = out.hashes[7];
  hash_word(key, out.hashes[0]);
  hash_word(key, out.hashes[1] ^ KIND_TRANSACTION);
  hash_word(key, out.cseq_number);
  hash_word(key, out.cseq_method);
  hash_finish(key);
}
