// Where packets come from, as the merge sees it: an interface, or a test's list.
#ifndef SIPGAUGE_PACKET_INPUT_H_
#define SIPGAUGE_PACKET_INPUT_H_

#include "packet_block.h"

namespace sipgauge {

class PacketInput {
 public:
  PacketInput() = default;
  virtual ~PacketInput() = default;
  PacketInput(const PacketInput&) = delete;
  PacketInput& operator=(const PacketInput&) = delete;

  // Appends packets that are already there, without waiting, at most as many as surely fit. The
  // number appended; 0 when there is none, also after a failure, which the input remembers.
  virtual uint32_t Fill(PacketBlock& block) = 0;

  // No packet is longer.
  [[nodiscard]] virtual uint32_t snaplen() const = 0;

  // False when nothing can come any more, so that no one need wait for it.
  [[nodiscard]] virtual bool usable() const = 0;
};

}  // namespace sipgauge

#endif  // SIPGAUGE_PACKET_INPUT_H_
