// What is read of a message: the cells that src/sip-parser/scanner.ts takes, with the codes they hold. All headers write
// here, so that nothing is handed around; one message at a time.
#pragma once
#include "runs.h"

enum { VIAS_MAX = 8, CONTACTS_MAX = 16, SPANS = 24 };
static struct {
  int kind, method, status, cseq_number, cseq_method, content_length, has_max_forwards;
  int via_transport, branch_has_cookie, via_count, contact_count, whole;
  // Seconds, -1 = none; who refreshes is a code of message.ts.
  int expires, session_expires, refresher, min_se;
  int spans[SPANS];
  int vias[4 * VIAS_MAX];
  int via_ports[VIAS_MAX];
  int contacts[2 * CONTACTS_MAX];
  // They begin where a multiple of their number does, so that each is found by an or.
  u32 hashes[16];
} out;

// Of hashes (span-hashes.ts): two lanes each, and a signature of one.
enum { CALL_ID_HASH = 0, FROM_TAG_HASH = 2, TO_TAG_HASH = 4, TOP_VIA_HASH = 6, TRANSACTION_KEY = 8,
       DIALOG_FROM_LOCAL = 10, DIALOG_TO_LOCAL = 12, MESSAGE_SIGNATURE = 14, HASHES = 15 };

_Static_assert(sizeof out == 4 * (16 + SPANS + 5 * VIAS_MAX + 2 * CONTACTS_MAX + 16), "scanner.ts knows where cells lie");

// Columns of spans (message.ts).
enum { METHOD = 0, REQUEST_URI = 2, CALL_ID = 4, FROM_URI = 6, FROM_TAG = 8, TO_URI = 10, TO_TAG = 12,
       CSEQ_METHOD = 14, USER_AGENT = 16, TOP_VIA = 22 };
// Codes of message.ts, method.ts, transport.ts.
enum { REQUEST = 1, RESPONSE = 2 };
enum { NO_REFRESHER = 0, UAC, UAS };
enum { OTHER = 0, INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, PRACK, SUBSCRIBE, NOTIFY, PUBLISH, INFO, REFER,
       MESSAGE, UPDATE };
enum { UDP = 0, TCP = 1, TLS = 4, WSS = 5, OTHER_TRANSPORT = 7 };

// Where the buffer begins that spans count from.
static const u8 *base;
static void span(int column, const u8 *from, const u8 *to) {
  out.spans[column] = from - base;
  out.spans[column + 1] = to - from;
}
