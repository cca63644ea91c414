// A SIP message as far as it is usual (src/sip-parser/usual-*.ts): what that code takes, this takes, and fills the same
// cells; where it stops, that code goes on.
#pragma once
#include "span-hashes.h"
#include "usual-header.h"
#include "usual-start-line.h"

// Reads the message at `p`, cut before `end`. Returns the first line that is not usual, or the empty one (then
// `whole` is set, and there are hashes), or NONE when already the start line is not.
static const u8 *read_message(const u8 *p, const u8 *end, u32 seed_lo, u32 seed_hi) {
  out.cseq_number = out.cseq_method = out.method = out.status = out.has_max_forwards = 0;
  out.via_count = out.contact_count = out.branch_has_cookie = out.whole = 0;
  out.via_transport = OTHER_TRANSPORT;
  out.content_length = out.expires = out.session_expires = out.min_se = -1;
  out.refresher = NO_REFRESHER;
  const v128_t none = wasm_i32x4_const_splat(-1);
  for (int i = 0; i < SPANS; i += 4) wasm_v128_store(out.spans + i, none);
  if (p + 16 > end) return NONE;
  p = word(p) == WORD('S', 'I', 'P', '/') ? status_line(p, end) : request_line(p, end);
  if (p == NONE) return NONE;
  while (p + USUAL_BYTES_MIN <= end && *p > ' ') {
    const u8 *next = header(p, end);
    if (next == NONE) break;
    p = next;
  }
  if (p + 2 <= end && p[0] == 13 && p[1] == 10 && out.via_count > 0) {
    out.whole = 1;
    hash_spans(seed_lo, seed_hi);
  }
  return p;
}
