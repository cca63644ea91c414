// Via in its usual form (src/sip-parser/usual-via.ts): `SIP/2.0/UDP host:port;name=value…`, one, without white space,
// quotes or an IPv6 reference.
#pragma once
#include "cells.h"

// What follows the colon. The first VIAS_MAX are kept, of the top one more.
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
