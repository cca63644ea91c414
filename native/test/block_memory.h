// Memory for a block, as JavaScript would bring it.
#ifndef SIPGAUGE_TEST_BLOCK_MEMORY_H_
#define SIPGAUGE_TEST_BLOCK_MEMORY_H_

#include <cstdint>
#include <vector>

#include "../src/packet_block.h"

namespace sipgauge::test {

struct OwnedBlock {
  OwnedBlock(size_t bytes_max, size_t rows)
      : bytes(bytes_max + kSlackBytes),
        timestamp_us(rows),
        offset(rows),
        caplen(rows),
        len(rows),
        linktype(rows),
        interface_index(rows) {}

  BlockMemory memory() {
    return {bytes, timestamp_us, offset, caplen, len, linktype, interface_index};
  }

  std::vector<uint8_t> bytes;
  std::vector<double> timestamp_us;
  std::vector<uint32_t> offset;
  std::vector<uint32_t> caplen;
  std::vector<uint32_t> len;
  std::vector<uint16_t> linktype;
  std::vector<uint16_t> interface_index;
};

}  // namespace sipgauge::test

#endif  // SIPGAUGE_TEST_BLOCK_MEMORY_H_
