// A usual message in a usual packet: Ethernet, IPv4 without options, UDP from or to a SIP port, nothing cut or in
// pieces, every line of the message usual, and the whole good (what decode/ and sip-parser/parse-message.ts ask of
// it). Everything else is left to them.
#pragma once
#include "usual-message.h"

enum { PACKETS_MAX = 128, RECORD_VIAS_MAX = 2 };
enum { ETHERNET_BYTES = 14, IPV4_BYTES = 20, UDP_BYTES = 8, ETHERTYPE_IPV4 = 0x0800, PROTOCOL_UDP = 17 };
enum { PORT_WORDS = 2048 };
// Added to the kind of a message with a To tag.
enum { TO_TAGGED = 0x80 };
enum { LENGTH_SHIFT = 21 };

// Bits of oddities (oddity.ts).
enum { MISSING_MAX_FORWARDS = 1 << 1, MISSING_CONTACT = 1 << 2, MISSING_CONTENT_LENGTH = 1 << 3,
       MISSING_FROM_TAG = 1 << 4, BYTES_AFTER_BODY = 1 << 11 };

// What state asks of a message, and no more: two lines of the processor's cache, packet-records.ts reads them.
struct record {
  int usual, source, destination;
  // Source, destination.
  u16 ports[2];
  u8 kind, method, via_count, contact_count;
  int status, cseq_number, oddities;
  // Where each begins, and in the upper bits how long it is.
  u32 call_id, to_uri;
  int expires, session_expires;
  // Of the Via below the top one: host, branch.
  int second_via[4];
  u32 hashes[HASHES];
  int second_port;
};
_Static_assert(sizeof(struct record) == 128, "a record is 32 words");

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
  record->source = __builtin_bswap32(word(ip + 12));
  record->destination = __builtin_bswap32(word(ip + 16));
  record->ports[0] = from;
  record->ports[1] = to;
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

// RFC 3261 18.3: the body is what Content-Length says; -1 when that is more than there is.
static int oddities_of(const u8 *body, const u8 *end) {
  int oddities = 0;
  if (out.kind == REQUEST && !out.has_max_forwards) oddities |= MISSING_MAX_FORWARDS;
  if (out.contact_count == 0 && wants_contact()) oddities |= MISSING_CONTACT;
  if (out.spans[FROM_TAG] < 0) oddities |= MISSING_FROM_TAG;
  if (out.content_length < 0) return oddities | MISSING_CONTENT_LENGTH;
  if (out.content_length > end - body) return -1;
  return out.content_length < end - body ? oddities | BYTES_AFTER_BODY : oddities;
}

static int is_packable(int column) { return out.spans[column] < 1 << LENGTH_SHIFT && out.spans[column + 1] < 1 << 11; }
static u32 packed(int column) { return out.spans[column] | (u32)out.spans[column + 1] << LENGTH_SHIFT; }

static int read_packet(const u8 *frame, const u8 *end, struct record *record, u32 seed_lo, u32 seed_hi) {
  const u8 *p = payload_of(frame, &end, record);
  if (p == NONE) return 0;
  p = read_message(p, end, seed_lo, seed_hi);
  if (p == NONE || !is_whole() || !is_packable(CALL_ID) || !is_packable(TO_URI)) return 0;
  record->oddities = oddities_of(p + 2, end);
  if (record->oddities < 0) return 0;
  record->kind = out.kind | (out.spans[TO_TAG] < 0 ? 0 : TO_TAGGED);
  record->method = out.cseq_method;
  record->via_count = out.via_count;
  record->contact_count = out.contact_count;
  record->status = out.status;
  record->cseq_number = out.cseq_number;
  for (int i = 0; i < HASHES; i++) record->hashes[i] = out.hashes[i];
  record->call_id = packed(CALL_ID);
  record->to_uri = packed(TO_URI);
  record->expires = out.expires;
  record->session_expires = out.session_expires;
  wasm_v128_store(record->second_via, wasm_v128_load(out.vias + 4));
  record->second_port = out.via_ports[1];
  return 1;
}
