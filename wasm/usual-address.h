// To, From, Contact and routes in their usual form (src/sip-parser/usual-address.ts): addresses without escapes, a password,
// headers or an IPv6 reference.
#pragma once
#include "cells.h"

// Where the SIP URI at p ends, or its parameters begin.
static const u8 *end_of_host(const u8 *p, const u8 *end) {
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
  return p;
}

// Where the SIP URI at p ends.
static const u8 *end_of_uri(const u8 *p, const u8 *end) {
  p = end_of_host(p, end);
  if (p == NONE || *p != ';') return p;
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

// One after the other, of which nothing is kept.
static const u8 *address_list(const u8 *p, const u8 *end) {
  int uri[2];
  do {
    p = address(p, end, uri);
    if (p == NONE || p >= end) return NONE;
  } while (*p++ == ',');
  return next_line(p - 1, end);
}

// Also without brackets; parameters would then be the header's, and are not usual.
static const u8 *contact(const u8 *p, const u8 *end) {
  if (out.contact_count == CONTACTS_MAX) return NONE;
  int *cells = out.contacts + 2 * out.contact_count;
  const u8 *uri = *p == ' ' ? p + 1 : p, *stop = end_of_host(uri, end);
  if (stop != NONE && *stop == '\r') {
    cells[0] = uri - base;
    cells[1] = stop - uri;
  } else {
    stop = address(p, end, cells);
  }
  const u8 *next = next_line(stop, end);
  if (next != NONE) out.contact_count++;
  return next;
}
