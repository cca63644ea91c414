// Hashes of what state looks messages up by, made while the bytes are at hand: those of src/core/span-hash.ts, bit by
// bit, since TypeScript makes them of every message that is not usual.
#pragma once
#include "cells.h"

// Of message-keys.ts.
enum { KIND_TRANSACTION = 1, KIND_DIALOG = 4 };

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

// Of the message's own transaction, where the branch has the cookie.
static void hash_transaction(void) {
  const u32 *call_id = out.hashes + CALL_ID_HASH, *via = out.hashes + TOP_VIA_HASH;
  u32 *key = out.hashes + TRANSACTION_KEY;
  key[0] = via[0];
  key[1] = via[1];
  hash_word(key, call_id[0]);
  hash_word(key, call_id[1] ^ KIND_TRANSACTION);
  hash_word(key, out.cseq_number);
  hash_word(key, out.cseq_method);
  hash_finish(key);
}

// Of the dialog, with the one tag as the local one.
static void hash_dialog(u32 *key, const u32 *seeds, const u32 *local, const u32 *remote) {
  const u32 *call_id = out.hashes + CALL_ID_HASH;
  key[0] = seeds[0];
  key[1] = seeds[1];
  hash_word(key, call_id[1] ^ KIND_DIALOG);
  hash_word(key, call_id[0]);
  hash_word(key, local[0]);
  hash_word(key, local[1]);
  hash_word(key, remote[0]);
  hash_word(key, remote[1]);
  hash_finish(key);
}

// What tells a message from others of its transaction: a response's status and To tag, an ACK's To tag.
static u32 signature(const u32 *seeds, const u32 *to_tag) {
  u32 lanes[2] = {seeds[0], seeds[1]};
  if (out.kind == REQUEST) {
    if (out.cseq_method != ACK) return 0;
    hash_word(lanes, to_tag[0]);
    hash_word(lanes, to_tag[1]);
    hash_finish(lanes);
    return lanes[0];
  }
  hash_word(lanes, out.status);
  hash_word(lanes, to_tag[0]);
  // A usual response has no RSeq, which is -1.
  hash_word(lanes, ~to_tag[1]);
  hash_finish(lanes);
  return lanes[0] == 0 ? 1 : lanes[0];
}

// Call-ID, From tag, To tag and the top Via as keys begin with them, and the keys that can be told from them
// (src/state/message-keys.ts); those of dialogs only where there is a To tag.
static void hash_spans(u32 seed_lo, u32 seed_hi) {
  const u32 seeds[2] = {seed_lo, seed_hi}, no_tag[2] = {0, 0};
  u32 *from_tag = out.hashes + FROM_TAG_HASH, *to_tag = out.hashes + TO_TAG_HASH;
  int tagged = out.spans[TO_TAG + 1] >= 0;
  for (int i = 0; i <= TOP_VIA_HASH; i += 2) out.hashes[i] = seed_lo, out.hashes[i + 1] = seed_hi;
  if (out.spans[CALL_ID + 1] > 0) hash_span(out.hashes + CALL_ID_HASH, out.spans + CALL_ID, 0);
  if (out.spans[FROM_TAG + 1] > 0) hash_span(from_tag, out.spans + FROM_TAG, 0);
  if (out.spans[TO_TAG + 1] > 0) hash_span(to_tag, out.spans + TO_TAG, 0);
  hash_span(out.hashes + TOP_VIA_HASH, out.vias, LOWER);
  hash_word(out.hashes + TOP_VIA_HASH, out.via_ports[0]);
  if (out.vias[3] > 0) hash_span(out.hashes + TOP_VIA_HASH, out.vias + 2, 0);
  hash_transaction();
  if (tagged) {
    hash_dialog(out.hashes + DIALOG_FROM_LOCAL, seeds, from_tag, to_tag);
    hash_dialog(out.hashes + DIALOG_TO_LOCAL, seeds, to_tag, from_tag);
  }
  out.hashes[MESSAGE_SIGNATURE] = signature(seeds, tagged ? to_tag : no_tag);
}
