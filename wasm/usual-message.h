// The usual forms of a SIP message's start line and header lines (src/sip-parser/usual-*.ts): what that code takes,
// this takes, and fills the same cells; where it stops, that code goes on.
#pragma once
#include "runs.h"

// Cells, as scanner.ts reads them.
enum { VIAS_MAX = 8, CONTACTS_MAX = 16, SPANS = 24 };
// Bytes that must follow a line's start, so that names can be read as words.
enum { USUAL_BYTES_MIN = 20 };
static struct {
  int kind, method, status, cseq_number, cseq_method, content_length, has_max_forwards;
  int via_transport, branch_has_cookie, via_count, contact_count, whole;
  int spans[SPANS];
  int vias[4 * VIAS_MAX];
  int via_ports[VIAS_MAX];
  int contacts[2 * CONTACTS_MAX];
  u32 hashes[12];
} out;

// Columns of spans (message.ts).
enum { METHOD = 0, REQUEST_URI = 2, CALL_ID = 4, FROM_URI = 6, FROM_TAG = 8, TO_URI = 10, TO_TAG = 12,
       CSEQ_METHOD = 14, USER_AGENT = 16, TOP_VIA = 22 };
// Codes of method.ts, transport.ts.
enum { OTHER = 0, INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, PRACK, SUBSCRIBE, NOTIFY, PUBLISH, INFO, REFER,
       MESSAGE, UPDATE };
enum { UDP = 0, TCP = 1, TLS = 4, WSS = 5 };
// Of message-keys.ts.
enum { KIND_TRANSACTION = 1 };
// The line behind the CRLF at p, unless it is a fold or behind the data.
static const u8 *next_line(const u8 *p, const u8 *end) {
  if (p == NONE || p + 4 > end || p[0] != 13 || p[1] != 10) return NONE;
  return p[2] > 0x20 || p[2] == 13 ? p + 2 : NONE;
}

static const u8 *base;
static void span(int column, const u8 *from, const u8 *to) {
  out.spans[column] = from - base;
  out.spans[column + 1] = to - from;
}

static int method_of(const u8 *p, int length) {
  if (length == 3) {
    u32 w = p[0] | p[1] << 8 | p[2] << 16;
    return w == WORD('A', 'C', 'K', 0) ? ACK : w == WORD('B', 'Y', 'E', 0) ? BYE : OTHER;
  }
  if (length < 4 || length > 9) return OTHER;
  u32 a = word(p), z = word(p + length - 4);
#define IS(method, w, x) if (a == (w) && z == (x)) return method
  switch (length) {
  case 4: IS(INFO, WORD('I', 'N', 'F', 'O'), WORD('I', 'N', 'F', 'O')); return OTHER;
  case 5:
    IS(PRACK, WORD('P', 'R', 'A', 'C'), WORD('R', 'A', 'C', 'K'));
    IS(REFER, WORD('R', 'E', 'F', 'E'), WORD('E', 'F', 'E', 'R'));
    return OTHER;
  case 6:
    IS(INVITE, WORD('I', 'N', 'V', 'I'), WORD('V', 'I', 'T', 'E'));
    IS(CANCEL, WORD('C', 'A', 'N', 'C'), WORD('N', 'C', 'E', 'L'));
    IS(NOTIFY, WORD('N', 'O', 'T', 'I'), WORD('T', 'I', 'F', 'Y'));
    IS(UPDATE, WORD('U', 'P', 'D', 'A'), WORD('D', 'A', 'T', 'E'));
    return OTHER;
  case 7:
    IS(OPTIONS, WORD('O', 'P', 'T', 'I'), WORD('I', 'O', 'N', 'S'));
    IS(MESSAGE, WORD('M', 'E', 'S', 'S'), WORD('S', 'A', 'G', 'E'));
    IS(PUBLISH, WORD('P', 'U', 'B', 'L'), WORD('L', 'I', 'S', 'H'));
    return OTHER;
  case 8: IS(REGISTER, WORD('R', 'E', 'G', 'I'), WORD('S', 'T', 'E', 'R')); return OTHER;
  default:
    if (word(p + 4) != WORD('C', 'R', 'I', 'B')) return OTHER;
    IS(SUBSCRIBE, WORD('S', 'U', 'B', 'S'), WORD('R', 'I', 'B', 'E'));
    return OTHER;
  }
}

// Where the SIP URI at p ends.
static const u8 *end_of_uri(const u8 *p, const u8 *end) {
  if (p + 4 > end || (word(p) | LOWER3) != WORD('s', 'i', 'p', ':')) return NONE;
  const u8 *host = p + 4;
  p = end_of_plain(host, end);
  if (p == NONE) return NONE;
  if (*p == '@') {
    host = p + 1;
    p = end_of_plain(host, end);
    if (p == NONE) return NONE;
  }
  if (p == host || *host == '[' || *host == '/') return NONE;
  if (*p == ':') {
    const u8 *digits = ++p;
    while (p < end && (u8)(*p - '0') < 10) p++;
    if (p == digits || p == end) return NONE;
  }
  if (*p != ';') return p;
  do {
    p = end_of_plain(p + 1, end);
    if (p == NONE) return NONE;
  } while (*p == ';' || *p == '=');
  return p;
}

// `"Name" <uri>`, `Name <uri>` or `<uri>`; what stands behind the `>`.
static const u8 *address(const u8 *p, const u8 *end, int *cells) {
  if (p + 4 > end) return NONE;
  if (*p == ' ') p++;
  if (*p != '<') {
    if (*p == '"') {
      p = end_of_quoted(p + 1, end);
      if (p == NONE || *p != '"') return NONE;
      p++;
    } else {
      while (p < end && is_token(*p)) p++;
    }
    if (p < end && *p == ' ') p++;
    if (p >= end || *p != '<') return NONE;
  }
  const u8 *uri = p + 1;
  p = end_of_uri(uri, end);
  if (p == NONE || *p != '>') return NONE;
  cells[0] = uri - base;
  cells[1] = p - uri;
  return p + 1;
}

static const u8 *to_or_from(const u8 *p, const u8 *end, int column) {
  int uri[2];
  if (out.spans[column] >= 0) return NONE;
  p = address(p, end, uri);
  if (p == NONE || p + 5 > end) return NONE;
  const u8 *tag = p + 5;
  int has_tag = word(p) == WORD(';', 't', 'a', 'g') && p[4] == '=';
  if (has_tag) p = end_of_plain(tag, end);
  if (p == tag) return NONE;
  const u8 *next = next_line(p, end);
  if (next == NONE) return NONE;
  out.spans[column] = uri[0];
  out.spans[column + 1] = uri[1];
  if (has_tag) span(column + 2, tag, p);
  return next;
}

static const u8 *contact(const u8 *p, const u8 *end) {
  if (out.contact_count == CONTACTS_MAX) return NONE;
  const u8 *next = next_line(address(p, end, out.contacts + 2 * out.contact_count), end);
  if (next != NONE) out.contact_count++;
  return next;
}

static const u8 *via(const u8 *p, const u8 *end) {
  if (*p == ' ') p++;
  const u8 *value = p, *host = p + 12, *branch = NONE, *branch_end = NONE;
  if (host >= end || out.via_count == VIAS_MAX) return NONE;
  if (word(p) != WORD('S', 'I', 'P', '/') || word(p + 4) != WORD('2', '.', '0', '/')) return NONE;
  int transport;
  switch (word(p + 8)) {
  case WORD('U', 'D', 'P', ' '): transport = UDP; break;
  case WORD('T', 'C', 'P', ' '): transport = TCP; break;
  case WORD('T', 'L', 'S', ' '): transport = TLS; break;
  case WORD('W', 'S', 'S', ' '): transport = WSS; break;
  default: return NONE;
  }
  p = end_of_plain(host, end);
  if (p == NONE || p == host || *host == '[') return NONE;
  const u8 *host_end = p;
  int port = transport == TLS || transport == WSS ? 5061 : 5060;
  if (*p == ':') {
    const u8 *digits = ++p;
    for (port = 0; p < end && (u8)(*p - '0') < 10 && port <= 65535; p++) port = port * 10 + *p - '0';
    if (p == digits || p == end || port > 65535) return NONE;
  }
  while (*p == ';') {
    const u8 *name = p + 1;
    p = end_of_plain(name, end);
    if (p == NONE || p == name) return NONE;
    if (*p != '=') continue;
    int is_branch = p - name == 6 && (word(name) | LOWER) == WORD('b', 'r', 'a', 'n') &&
                    (word(name + 2) | LOWER) == WORD('a', 'n', 'c', 'h');
    const u8 *start = p + 1;
    p = end_of_plain(start, end);
    if (p == NONE || p == start) return NONE;
    if (is_branch && branch == NONE) branch = start, branch_end = p;
  }
  const u8 *next = next_line(p, end);
  if (next == NONE) return NONE;
  int *cells = out.vias + 4 * out.via_count;
  cells[0] = host - base;
  cells[1] = host_end - host;
  cells[2] = branch == NONE ? -1 : branch - base;
  cells[3] = branch == NONE ? -1 : branch_end - branch;
  out.via_ports[out.via_count] = port;
  if (out.via_count++ > 0) return next;
  out.via_transport = transport;
  out.branch_has_cookie = cells[3] > 7 && (word(branch) | LOWER) == WORD('z', '9', 'h', 'g') &&
                          (word(branch + 3) | LOWER) == WORD('g', '4', 'b', 'k');
  span(TOP_VIA, value, p);
  return next;
}

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

static const u8 *content_length(const u8 *p, const u8 *end) {
  if (*p == ' ') p++;
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

static const u8 *user_agent(const u8 *p, const u8 *end) {
  if (*p == ' ') p++;
  const u8 *stop = end_of_text(p, end), *next = next_line(stop, end);
  if (next == NONE || *p == ' ' || stop[-1] == ' ') return NONE;
  if (out.spans[USER_AGENT] < 0) span(USER_AGENT, p, stop);
  return next;
}

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
    return NAME("record-route") || NAME("route") || NAME("rseq") || NAME("rack") || NAME("require") || NAME("refer-to");
  case 'e': return NAME("expires") || NAME("event");
  case 's': return NAME("session-expires") || NAME("subscription-state");
  case 'm': return NAME("min-se");
  case 'd': return NAME("date");
  case 'p':
    return NAME("proxy-require") || NAME("p-asserted-identity") || NAME("p-preferred-identity") ||
           NAME("proxy-authorization");
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
    break;
  case 'u':
    if (NAME("user-agent")) return user_agent(value, end);
    break;
  case 's':
    if (NAME("server")) return user_agent(value, end);
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

static const u8 *status_line(const u8 *p, const u8 *end) {
  if (word(p + 4) != WORD('2', '.', '0', ' ')) return NONE;
  u32 a = p[8] - '0', b = p[9] - '0', c = p[10] - '0';
  if (p[11] != ' ' || a < 1 || a > 6 || b > 9 || c > 9) return NONE;
  const u8 *next = next_line(end_of_text(p + 12, end), end);
  if (next == NONE) return NONE;
  out.kind = 2;
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
  out.kind = 1;
  out.method = method;
  span(METHOD, p, stop);
  span(REQUEST_URI, stop + 1, uri_end);
  return uri_end + 10;
}

// SpanHash (src/core/span-hash.ts): the lanes so far, then four bytes at a time, then the rest and the length.
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

// Reads the message at `p`, cut before `end`. Returns the first line that is not usual, or the empty one (then
// `whole` is set, and there are hashes), or NONE when already the start line is not.
static const u8 *read_message(const u8 *p, const u8 *end, u32 seed_lo, u32 seed_hi) {
  out.cseq_number = out.cseq_method = out.method = out.status = out.has_max_forwards = 0;
  out.via_count = out.contact_count = out.branch_has_cookie = out.whole = 0;
  out.via_transport = 7;
  out.content_length = -1;
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
