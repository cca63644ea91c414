// The start line in its usual form (src/sip-parser/usual-start-line.ts): a method that has a code and a usual URI, or
// a status of three digits.
#pragma once
#include "method-token.h"
#include "usual-address.h"

static const u8 *status_line(const u8 *p, const u8 *end) {
  if (word(p + 4) != WORD('2', '.', '0', ' ')) return NONE;
  u32 a = p[8] - '0', b = p[9] - '0', c = p[10] - '0';
  if (p[11] != ' ' || a < 1 || a > 6 || b > 9 || c > 9) return NONE;
  const u8 *next = next_line(end_of_text(p + 12, end), end);
  if (next == NONE) return NONE;
  out.kind = RESPONSE;
  out.status = a * 100 + b * 10 + c;
  return next;
}

static const u8 *request_line(const u8 *p, const u8 *end) {
  const u8 *stop = end_of_plain(p, end);
  if (stop == NONE || *stop != ' ') return NONE;
  int method = method_of(p, stop - p);
  if (method == OTHER) return NONE;
  const u8 *uri_end = end_of_uri(stop + 1, end);
  if (uri_end == NONE || uri_end + 11 > end || *uri_end != ' ') return NONE;
  if (word(uri_end + 1) != WORD('S', 'I', 'P', '/') || word(uri_end + 5) != WORD('2', '.', '0', '\r')) return NONE;
  if (uri_end[9] != '\n') return NONE;
  out.kind = REQUEST;
  out.method = method;
  span(METHOD, p, stop);
  span(REQUEST_URI, stop + 1, uri_end);
  return uri_end + 10;
}
