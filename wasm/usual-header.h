// A header line in its usual form (src/sip-parser/usual-header.ts): by its first word to whoever reads its value. The
// long name, no space before the colon and at most one behind it, no fold.
#pragma once
#include "usual-address.h"
#include "usual-value.h"
#include "usual-via.h"

// Bytes that must follow a line's start, so that names can be read as words.
enum { USUAL_BYTES_MIN = 20 };

// Names in lower case; a hyphen is compared as it is.
static int is_name(const u8 *p, const char *name, int length) {
  for (int i = 0; i < length; i++) {
    u8 c = name[i] == '-' ? p[i] : p[i] | 32;
    if (c != (u8)name[i]) return 0;
  }
  return 1;
}

// Names that header-name.ts knows and whose values it must see: by length, then letter by letter.
static int is_read_elsewhere(const u8 *p, int length) {
#define NAME(text) (length == sizeof text - 1 && is_name(p, text, sizeof text - 1))
  switch (p[0] | 32) {
  case 'v': return NAME("via");
  case 'f': return NAME("from");
  case 't': return NAME("to");
  case 'c': return NAME("call-id") || NAME("cseq") || NAME("contact");
  case 'r':
    return NAME("rseq") || NAME("rack") || NAME("require") || NAME("refer-to");
  case 'e': return NAME("event");
  case 's': return NAME("subscription-state");
  case 'd': return NAME("date");
  case 'p': return NAME("proxy-require") || NAME("proxy-authorization");
  case 'a': return NAME("authorization");
  default: return 0;
  }
}

static const u8 *other_header(const u8 *p, const u8 *end) {
  const u8 *colon = end_of_plain(p, end);
  if (colon == NONE || *colon != ':' || colon + 4 > end) return NONE;
  int length = colon - p;
  // A name of one letter may be a compact one.
  if (length < 2) return NONE;
  const u8 *value = colon + 1;
  switch (p[0] | 32) {
  case 'c':
    if (NAME("content-length")) return content_length(value, end);
    if (NAME("content-type")) return content_type(value, end);
    break;
  case 'm':
    if (NAME("max-forwards")) return max_forwards(value, end);
    if (NAME("min-se")) return seconds(value, end, &out.min_se);
    break;
  case 'e':
    if (NAME("expires")) return seconds(value, end, &out.expires);
    break;
  case 'u':
    if (NAME("user-agent")) return user_agent(value, end);
    break;
  case 's':
    if (NAME("server")) return user_agent(value, end);
    if (NAME("session-expires")) return session_expires(value, end);
    break;
  case 'r':
    if (NAME("route") || NAME("record-route")) return address_list(value, end);
    break;
  case 'p':
    if (NAME("p-asserted-identity") || NAME("p-preferred-identity")) return address_list(value, end);
    break;
  }
  if (is_read_elsewhere(p, length)) return NONE;
  return next_line(end_of_text(value, end), end);
}

static const u8 *header(const u8 *p, const u8 *end) {
  u32 w = word(p);
  switch (w | LOWER) {
  case WORD('v', 'i', 'a', ':'): return (w >> 24) == ':' ? via(p + 4, end) : NONE;
  case WORD('f', 'r', 'o', 'm'): return p[4] == ':' ? to_or_from(p + 5, end, FROM_URI) : NONE;
  case WORD('c', 's', 'e', 'q'): return p[4] == ':' ? cseq(p + 5, end) : NONE;
  case WORD('c', 'a', 'l', 'l'):
    return (word(p + 4) | 0x00202000) == WORD('-', 'i', 'd', ':') ? call_id(p + 8, end) : NONE;
  case WORD('c', 'o', 'n', 't'):
    if ((word(p + 4) | LOWER3) == WORD('a', 'c', 't', ':')) return contact(p + 8, end);
    return other_header(p, end);
  default:
    if (((w | 0x2020) & 0xffffff) == WORD('t', 'o', ':', 0)) return to_or_from(p + 3, end, TO_URI);
    return other_header(p, end);
  }
}
