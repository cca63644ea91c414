// A usual message in a usual packet: Ethernet, IPv4 without options, UDP from or to a SIP port, nothing cut or in
// pieces, every line of the message usual, and the whole good (what decode/ and sip-parser/parse-message.ts ask of
// it). Everything else is left to them.
#pragma once
#include "usual-message.h"

enum { PACKETS_MAX = 128, RECORD_VIAS_MAX = 3 };
enum { ETHERNET_BYTES = 14, IPV4_BYTES = 20, UDP_BYTES = 8, ETHERTYPE_IPV4 = 0x0800, PROTOCOL_UDP = 17 };
enum { PORT_WORDS = 2048 };

// Columns of spans (message.ts), bits of oddities (oddity.ts), codes of MessageKind.
enum { BODY = 20 };
enum { MISSING_MAX_FORWARDS = 1 << 1, MISSING_CONTACT = 1 << 2, MISSING_CONTENT_LENGTH = 1 << 3,
       MISSING_FROM_TAG = 1 << 4, BYTES_AFTER_BODY = 1 << 11 };
enum { REQUEST = 1 };

struct record {
  int usual, source, destination, source_port, destination_port;
  int kind, method, status, cseq_number, content_length, oddities, has_max_forwards;
  int via_count, contact_count, end, spare;
  int spans[SPANS];
  u32 hashes[8];
  int vias[4 * RECORD_VIAS_MAX];
  int via_ports[4];
};
_Static_assert(sizeof(struct record) == 256, "a record is 64 words");

// What goes in and out lies in the scanner's page behind its stack and its own cells.
enum { PORTS_AT = 8192, FRAMES_AT = PORTS_AT + 2 * 4 * PORT_WORDS, RECORDS_AT = FRAMES_AT + 8 * PACKETS_MAX };
_Static_assert(RECORDS_AT + PACKETS_MAX * sizeof(struct record) <= 65536, "all in one page");
// A bit a port: SIP is expected there; then, something is that is looked for before SIP (HEP, tunnels).
#define SIP_PORTS ((u32 *)PORTS_AT)
#define OTHER_PORTS (SIP_PORTS + PORT_WORDS)
// Where each frame begins and where its captured bytes end; two equal addresses are no frame.
#define FRAMES ((int (*)[2])FRAMES_AT)
#define RECORDS ((struct record *)RECORDS_AT)

static int is_port(const u32 *set, int port) { return set[port >> 5] >> (port & 31) & 1; }
static int half(const u8 *p) { return p[0] << 8 | p[1]; }
static u32 big_endian(const u8 *p) { return (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]; }

// The payload of the frame, and where it ends; NONE for another packet.
static const u8 *payload_of(const u8 *frame, const u8 **end, struct record *record) {
  const u8 *ip = frame + ETHERNET_BYTES, *udp = ip + IPV4_BYTES;
  if (*end - frame < ETHERNET_BYTES + IPV4_BYTES + UDP_BYTES) return NONE;
  if (half(frame + 12) != ETHERTYPE_IPV4 || ip[0] != 0x45 || ip[9] != PROTOCOL_UDP) return NONE;
  // More fragments, or an offset.
  if ((half(ip + 6) & 0x3fff) != 0) return NONE;
  int total = half(ip + 2), length = half(udp + 4);
  if (length < UDP_BYTES || IPV4_BYTES + length > total || total > *end - ip) return NONE;
  int from = half(udp), to = half(udp + 2);
  if (!is_port(SIP_PORTS, from) && !is_port(SIP_PORTS, to)) return NONE;
  if (is_port(OTHER_PORTS, from) || is_port(OTHER_PORTS, to)) return NONE;
  record->source = big_endian(ip + 12);
  record->destination = big_endian(ip + 16);
  record->source_port = from;
  record->destination_port = to;
  *end = udp + length;
  return udp + UDP_BYTES;
}

// Where Contact is mandatory (parse-message.ts).
static int wants_contact(void) {
  switch (out.cseq_method) {
  case INVITE: case SUBSCRIBE: return out.status == 0 || (out.status >= 200 && out.status < 300);
  case NOTIFY: case REFER: case UPDATE: return out.status == 0;
  default: return 0;
  }
}

// What no single line can tell; 0 when TypeScript has to look at the message.
static int is_whole(void) {
  const int *spans = out.spans;
  if (!out.whole || !out.branch_has_cookie || out.via_count > RECORD_VIAS_MAX) return 0;
  if (spans[TO_URI] < 0 || spans[FROM_URI] < 0 || spans[CALL_ID] < 0 || spans[CSEQ_METHOD] < 0) return 0;
  // Their contacts are read one by one.
  if (out.cseq_method == REGISTER && out.contact_count > 0) return 0;
  if (out.kind != REQUEST) return out.cseq_method != ACK;
  return out.method == out.cseq_method && out.via_transport == UDP;
}

static int oddities_of(void) {
  int oddities = 0;
  if (out.kind == REQUEST && !out.has_max_forwards) oddities |= MISSING_MAX_FORWARDS;
  if (out.contact_count == 0 && wants_contact()) oddities |= MISSING_CONTACT;
  if (out.content_length < 0) oddities |= MISSING_CONTENT_LENGTH;
  if (out.spans[FROM_TAG] < 0) oddities |= MISSING_FROM_TAG;
  return oddities;
}

// RFC 3261 18.3: the body is what Content-Length says; without one, all that is left. 0 when that is more than there is.
static int take_body(const u8 *body, const u8 *end, struct record *record) {
  if (out.content_length >= 0) {
    if (out.content_length > end - body) return 0;
    if (out.content_length < end - body) record->oddities |= BYTES_AFTER_BODY;
    end = body + out.content_length;
  }
  span(BODY, body, end);
  record->end = end - base;
  return 1;
}

// `words`: a multiple of four.
static void copy(int *to, const int *from, int words) {
  for (int i = 0; i < words; i += 4) wasm_v128_store(to + i, wasm_v128_load(from + i));
}

static int read_packet(const u8 *frame, const u8 *end, struct record *record, u32 seed_lo, u32 seed_hi) {
  const u8 *p = payload_of(frame, &end, record);
  if (p == NONE) return 0;
  p = read_message(p, end, seed_lo, seed_hi);
  if (p == NONE || !is_whole()) return 0;
  record->oddities = oddities_of();
  if (!take_body(p + 2, end, record)) return 0;
  record->kind = out.kind;
  record->method = out.cseq_method;
  record->status = out.status;
  record->cseq_number = out.cseq_number;
  record->content_length = out.content_length;
  record->has_max_forwards = out.has_max_forwards;
  record->via_count = out.via_count;
  record->contact_count = out.contact_count;
  copy(record->spans, out.spans, SPANS);
  copy((int *)record->hashes, (const int *)out.hashes, 8);
  copy(record->vias, out.vias, 4 * RECORD_VIAS_MAX);
  copy(record->via_ports, out.via_ports, 4);
  return 1;
}
