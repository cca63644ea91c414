#include "packet_block.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace sipgauge {

PacketBlock::PacketBlock(const BlockMemory& memory)
    : memory_(memory),
      capacity_(static_cast<uint32_t>(memory.bytes.size()) - kSlackBytes),
      rows_max_(static_cast<uint32_t>(memory.timestamp_us.size())) {
  assert(memory.bytes.size() > kSlackBytes);
  assert(memory.bytes.size() <= UINT32_MAX);
  assert(memory.offset.size() == rows_max_);
  assert(memory.caplen.size() == rows_max_);
  assert(memory.len.size() == rows_max_);
  assert(memory.linktype.size() == rows_max_);
  assert(memory.interface_index.size() == rows_max_);
}

uint32_t PacketBlock::PacketsThatFit(uint32_t snaplen) const {
  const uint32_t by_bytes = (capacity_ - used_) / std::max(snaplen, 1U);
  return std::min(by_bytes, rows_max_ - count_);
}

bool PacketBlock::Fits(uint32_t caplen) const {
  return count_ < rows_max_ && caplen <= capacity_ - used_;
}

void PacketBlock::Append(const PacketHeader& header, const uint8_t* packet) {
  assert(Fits(header.caplen));
  std::memcpy(memory_.bytes.data() + used_, packet, header.caplen);
  memory_.timestamp_us[count_] = header.timestamp_us;
  memory_.offset[count_] = used_;
  memory_.caplen[count_] = header.caplen;
  memory_.len[count_] = header.len;
  memory_.linktype[count_] = header.linktype;
  memory_.interface_index[count_] = header.interface_index;
  used_ += header.caplen;
  count_ += 1;
}

void PacketBlock::Seal() { std::memset(memory_.bytes.data() + used_, '\n', kSlackBytes); }

void PacketBlock::Clear() {
  count_ = 0;
  used_ = 0;
}

PacketHeader PacketBlock::header(uint32_t row) const {
  assert(row < count_);
  return {memory_.timestamp_us[row], memory_.caplen[row], memory_.len[row], memory_.linktype[row],
          memory_.interface_index[row]};
}

const uint8_t* PacketBlock::packet(uint32_t row) const {
  assert(row < count_);
  return memory_.bytes.data() + memory_.offset[row];
}

}  // namespace sipgauge
