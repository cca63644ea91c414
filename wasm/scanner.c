// What the program asks of WebAssembly: to read usual messages, one or a batch of packets' worth. It runs sandboxed
// over the blocks that packets lie in (src/core/block-memory.ts): whatever the bytes are, it cannot leave that
// memory. TypeScript reads the same and everything else.
#include "usual-packet.h"

#define EXPORT(name) __attribute__((export_name(name)))

// The cells of `scan`, as sip-parser/scanner.ts reads them.
EXPORT("cells") int *cells(void) { return &out.kind; }

// The message between these addresses; spans count from `origin`. Returns the offset of the first line that is not
// usual, or of the empty one; -1 when already the start line is not.
EXPORT("scan") int scan(int from, int to, int origin, u32 seed_lo, u32 seed_hi) {
  base = (const u8 *)origin;
  const u8 *p = read_message((const u8 *)from, (const u8 *)to, seed_lo, seed_hi);
  return p == NONE ? -1 : p - base;
}

// Where packet-scanner.ts writes ports and frames and reads records.
EXPORT("ports") int ports(void) { return PORTS_AT; }
EXPORT("frames") int frames(void) { return FRAMES_AT; }
EXPORT("records") int records(void) { return RECORDS_AT; }

// Reads the first `count` frames into as many records; spans count from `origin`.
EXPORT("scanPackets") void scan_packets(int count, int origin, u32 seed_lo, u32 seed_hi) {
  base = (const u8 *)origin;
  for (int i = 0; i < count; i++) {
    const u8 *frame = (const u8 *)FRAMES[i][0], *end = (const u8 *)FRAMES[i][1];
    RECORDS[i].usual = read_packet(frame, end, RECORDS + i, seed_lo, seed_hi);
  }
}
