// The values of all other headers that something is kept of, in their usual form (src/sip-parser/usual-header.ts).
// Each takes what follows the colon and gives the next line, or NONE for what it leaves to TypeScript, which is also a
// field that stood before and must not stand twice.
#pragma once
#include "method-token.h"

static const u8 *call_id(const u8 *p, const u8 *end) {
  if (*p == ' ') p++;
  const u8 *stop = end_of_visible(p, end), *next = next_line(stop, end);
  if (next == NONE || stop == p || out.spans[CALL_ID] >= 0) return NONE;
  span(CALL_ID, p, stop);
  return next;
}

// Up to nine digits; -1 when there are none or more.
static int number(const u8 **p, const u8 *end) {
  const u8 *start = *p, *i = start;
  int value = 0;
  while (i < end && (u8)(*i - '0') < 10 && i - start < 10) value = value * 10 + *i++ - '0';
  *p = i;
  return i == start || i - start > 9 || i == end ? -1 : value;
}

static const u8 *cseq(const u8 *p, const u8 *end) {
  if (*p == ' ') p++;
  int value = number(&p, end);
  if (value < 0 || *p != ' ' || out.spans[CSEQ_METHOD] >= 0) return NONE;
  const u8 *stop = end_of_plain(++p, end), *next = next_line(stop, end);
  if (next == NONE) return NONE;
  int method = method_of(p, stop - p);
  if (method == OTHER) return NONE;
  out.cseq_number = value;
  out.cseq_method = method;
  span(CSEQ_METHOD, p, stop);
  return next;
}

// SIPp writes three spaces.
static const u8 *content_length(const u8 *p, const u8 *end) {
  while (p < end && *p == ' ') p++;
  int value = number(&p, end);
  const u8 *next = next_line(p, end);
  if (value < 0 || next == NONE || out.content_length >= 0) return NONE;
  out.content_length = value;
  return next;
}

static const u8 *content_type(const u8 *p, const u8 *end) {
  if (*p == ' ') p++;
  if (p + 16 > end || word(p) != WORD('a', 'p', 'p', 'l') || word(p + 4) != WORD('i', 'c', 'a', 't')) return NONE;
  if (word(p + 8) != WORD('i', 'o', 'n', '/') || word(p + 12) != WORD('s', 'd', 'p', '\r')) return NONE;
  return next_line(p + 15, end);
}

static const u8 *max_forwards(const u8 *p, const u8 *end) {
  if (*p == ' ') p++;
  if (p + 4 > end || (u8)(*p++ - '0') > 9) return NONE;
  if ((u8)(*p - '0') < 10) p++;
  p = next_line(p, end);
  if (p != NONE) out.has_max_forwards = 1;
  return p;
}

static const u8 *seconds(const u8 *p, const u8 *end, int *cell) {
  if (*p == ' ') p++;
  int value = number(&p, end);
  const u8 *next = next_line(p, end);
  if (value < 0 || next == NONE || *cell >= 0) return NONE;
  *cell = value;
  return next;
}

// Perhaps with who refreshes, and nothing else.
static const u8 *session_expires(const u8 *p, const u8 *end) {
  if (*p == ' ') p++;
  int value = number(&p, end), refresher = NO_REFRESHER;
  if (value < 0 || out.session_expires >= 0) return NONE;
  if (*p == ';') {
    if (p + 14 > end || word(p) != WORD(';', 'r', 'e', 'f') || word(p + 4) != WORD('r', 'e', 's', 'h')) return NONE;
    if (word(p + 8) != WORD('e', 'r', '=', 'u') || p[12] != 'a' || (p[13] != 'c' && p[13] != 's')) return NONE;
    refresher = p[13] == 'c' ? UAC : UAS;
    p += 14;
  }
  const u8 *next = next_line(p, end);
  if (next == NONE) return NONE;
  out.session_expires = value;
  out.refresher = refresher;
  return next;
}

static const u8 *user_agent(const u8 *p, const u8 *end) {
  if (*p == ' ') p++;
  const u8 *stop = end_of_text(p, end), *next = next_line(stop, end);
  if (next == NONE || *p == ' ' || stop[-1] == ' ') return NONE;
  if (out.spans[USER_AGENT] < 0) span(USER_AGENT, p, stop);
  return next;
}
