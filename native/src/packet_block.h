// One block of captured bytes and its columns, the C++ side of PacketBatch
// (src/core/packet-batch.ts). It writes into memory that it does not own: JavaScript's for batches,
// a vector's for staging.
#ifndef SIPGAUGE_PACKET_BLOCK_H_
#define SIPGAUGE_PACKET_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace sipgauge {

// Behind the last packet, so that a scan for a line end needs no bound and a word may be read at
// any byte of a packet.
inline constexpr uint32_t kSlackBytes = 16;

struct PacketHeader {
  double timestamp_us;
  uint32_t caplen;
  uint32_t len;
  uint16_t linktype;
  uint16_t interface_index;
};

// Memory of one block. All columns have the same number of rows.
struct BlockMemory {
  std::span<uint8_t> bytes;
  std::span<double> timestamp_us;
  std::span<uint32_t> offset;
  std::span<uint32_t> caplen;
  std::span<uint32_t> len;
  std::span<uint16_t> linktype;
  std::span<uint16_t> interface_index;
};

class PacketBlock {
 public:
  explicit PacketBlock(const BlockMemory& memory);

  // How many packets of at most `snaplen` bytes surely fit.
  [[nodiscard]] uint32_t PacketsThatFit(uint32_t snaplen) const;
  [[nodiscard]] bool Fits(uint32_t caplen) const;

  // Copies a packet in. The caller has made sure that it fits.
  void Append(const PacketHeader& header, const uint8_t* packet);

  // Writes line ends into the slack behind the last packet.
  void Seal();
  void Clear();

  [[nodiscard]] uint32_t count() const { return count_; }
  [[nodiscard]] PacketHeader header(uint32_t row) const;
  [[nodiscard]] const uint8_t* packet(uint32_t row) const;

 private:
  BlockMemory memory_;
  uint32_t capacity_;
  uint32_t rows_max_;
  uint32_t count_ = 0;
  uint32_t used_ = 0;
};

}  // namespace sipgauge

#endif  // SIPGAUGE_PACKET_BLOCK_H_
