#include "timestamp_merge.h"

#include <limits>
#include <utility>

namespace sipgauge {

namespace {

constexpr size_t kStagedBytes = size_t{512} * 1024;
constexpr size_t kStagedRows = 4096;
constexpr double kNever = std::numeric_limits<double>::infinity();

}  // namespace

TimestampMerge::Lane::Lane(PacketInput* source)
    : input(source),
      bytes(kStagedBytes),
      timestamp_us(kStagedRows),
      offset(kStagedRows),
      caplen(kStagedRows),
      len(kStagedRows),
      linktype(kStagedRows),
      interface_index(kStagedRows),
      staged(Memory()) {}

BlockMemory TimestampMerge::Lane::Memory() {
  return {bytes, timestamp_us, offset, caplen, len, linktype, interface_index};
}

TimestampMerge::TimestampMerge(std::vector<PacketInput*> inputs, double settle_us,
                               double (*clock)())
    : inputs_(std::move(inputs)), settle_us_(settle_us), clock_(clock) {
  if (inputs_.size() < 2) return;
  for (PacketInput* input : inputs_) lanes_.push_back(std::make_unique<Lane>(input));
}

void TimestampMerge::Replace(size_t index, PacketInput* input) {
  inputs_[index] = input;
  if (!lanes_.empty()) lanes_[index]->input = input;
}

FillOutcome TimestampMerge::Fill(PacketBlock& block, Hold hold) {
  if (lanes_.empty()) return FillDirectly(block);
  for (const auto& lane : lanes_) Refill(*lane);
  for (;;) {
    Lane* lane = Earliest();
    if (lane == nullptr) return {FillState::kDrained, Horizon()};
    const PacketHeader header = lane->staged.header(lane->next);
    if (hold == Hold::kUntilSettled && header.timestamp_us > Horizon()) return {FillState::kHeld};
    if (!block.Fits(header.caplen)) return {FillState::kFull};
    block.Append(header, lane->staged.packet(lane->next));
    lane->next += 1;
    Refill(*lane);
  }
}

FillOutcome TimestampMerge::FillDirectly(PacketBlock& block) {
  PacketInput& input = *inputs_.front();
  if (block.PacketsThatFit(input.snaplen()) == 0) return {FillState::kFull};
  // Read before the look into the ring: whatever happens between the two can only add packets.
  const double looked_us = clock_();
  if (input.Fill(block) > 0) return {FillState::kMore};
  return {FillState::kDrained, looked_us - settle_us_};
}

void TimestampMerge::Refill(Lane& lane) {
  if (!lane.empty()) return;
  lane.staged.Clear();
  lane.next = 0;
  const double looked_us = clock_();
  if (lane.input->Fill(lane.staged) == 0) lane.settled_us = looked_us - settle_us_;
}

double TimestampMerge::Horizon() const {
  double horizon = kNever;
  for (const auto& lane : lanes_) {
    if (!lane->empty() || !lane->input->usable()) continue;
    if (lane->settled_us < horizon) horizon = lane->settled_us;
  }
  // Without a usable input nothing can come any more, but time does not end.
  return horizon == kNever && Earliest() == nullptr ? clock_() - settle_us_ : horizon;
}

TimestampMerge::Lane* TimestampMerge::Earliest() const {
  Lane* earliest = nullptr;
  double earliest_us = kNever;
  for (const auto& lane : lanes_) {
    if (lane->empty()) continue;
    const double timestamp_us = lane->staged.header(lane->next).timestamp_us;
    if (earliest != nullptr && timestamp_us >= earliest_us) continue;
    earliest = lane.get();
    earliest_us = timestamp_us;
  }
  return earliest;
}

}  // namespace sipgauge
