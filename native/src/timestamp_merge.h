// Brings the packets of several interfaces into one order of time. The kernel shows each
// interface's packets with its own delay, so a packet is held back until every other interface has
// shown a later one, or has had its chance to show an earlier one. With a single interface nothing
// is held or copied.
#ifndef SIPGAUGE_TIMESTAMP_MERGE_H_
#define SIPGAUGE_TIMESTAMP_MERGE_H_

#include <memory>
#include <vector>

#include "packet_input.h"

namespace sipgauge {

enum class FillState : unsigned char {
  // More may be there at once.
  kMore,
  // The block has no place for another packet.
  kFull,
  // Nothing is left: not in the kernel, not held back.
  kDrained,
  // What is left must wait for other interfaces.
  kHeld,
};

enum class Hold : unsigned char { kUntilSettled, kRelease };

struct FillOutcome {
  FillState state;
  // When drained: every packet of before this time has been given.
  double settled_us = 0;
};

class TimestampMerge {
 public:
  // `settle_us`: after this time the kernel has shown a packet for certain. `clock` gives the time
  // that packets are stamped with.
  TimestampMerge(std::vector<PacketInput*> inputs, double settle_us, double (*clock)());

  // Appends to `block` what can be given now, in order. With `kRelease` nothing is held back: for
  // when the clock stepped back, and what is held looks like the far future.
  FillOutcome Fill(PacketBlock& block, Hold hold);

  // Puts another input into the place of one that ended; what that one gave is kept.
  void Replace(size_t index, PacketInput* input);

 private:
  // Packets of one input that are not yet given. Their memory is the lane's own.
  struct Lane {
    explicit Lane(PacketInput* source);
    PacketInput* input;
    std::vector<uint8_t> bytes;
    std::vector<double> timestamp_us;
    std::vector<uint32_t> offset;
    std::vector<uint32_t> caplen;
    std::vector<uint32_t> len;
    std::vector<uint16_t> linktype;
    std::vector<uint16_t> interface_index;
    PacketBlock staged;
    uint32_t next = 0;
    // Every packet of before this time is in `staged` or has been given.
    double settled_us = 0;

    [[nodiscard]] bool empty() const { return next == staged.count(); }
    [[nodiscard]] BlockMemory Memory();
  };

  FillOutcome FillDirectly(PacketBlock& block);
  void Refill(Lane& lane);
  // Up to which time no lane without packets can still show one.
  [[nodiscard]] double Horizon() const;
  [[nodiscard]] Lane* Earliest() const;

  std::vector<PacketInput*> inputs_;
  double settle_us_;
  double (*clock_)();
  // Empty with a single input.
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace sipgauge

#endif  // SIPGAUGE_TIMESTAMP_MERGE_H_
