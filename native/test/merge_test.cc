#include "merge_test.h"

#include <deque>
#include <vector>

#include "../src/timestamp_merge.h"
#include "block_memory.h"

namespace sipgauge::test {

namespace {

constexpr double kSettleUs = 100;
constexpr size_t kRoomForAll = 1000;

// The merge takes a plain function for its clock.
double now_us = 0;
double Now() { return now_us; }

// Shows the packets that a test puts there.
class ListedInput final : public PacketInput {
 public:
  explicit ListedInput(uint16_t position) : position_(position) {}

  void Show(std::initializer_list<double> timestamps) {
    packets_.insert(packets_.end(), timestamps.begin(), timestamps.end());
  }
  void End() { usable_ = false; }

  uint32_t Fill(PacketBlock& block) override {
    uint32_t filled = 0;
    const uint8_t byte = static_cast<uint8_t>('a' + position_);
    for (uint32_t room = block.PacketsThatFit(snaplen()); room > 0 && !packets_.empty(); --room) {
      block.Append({packets_.front(), 1, 1, 1, position_}, &byte);
      packets_.pop_front();
      filled += 1;
    }
    return filled;
  }
  [[nodiscard]] uint32_t snaplen() const override { return 1; }
  [[nodiscard]] bool usable() const override { return usable_; }

 private:
  std::deque<double> packets_;
  uint16_t position_;
  bool usable_ = true;
};

struct Fixture {
  explicit Fixture(size_t room = kRoomForAll) : owned(room, room), block(owned.memory()) {}

  std::vector<double> Times() {
    std::vector<double> times;
    for (uint32_t row = 0; row < block.count(); ++row) {
      times.push_back(block.header(row).timestamp_us);
    }
    return times;
  }

  ListedInput left{0};
  ListedInput right{1};
  OwnedBlock owned;
  PacketBlock block;
};

using Times = std::vector<double>;

void SingleInputIsPassedOnAtOnce(Run& run) {
  Fixture fixture(2);
  TimestampMerge merge({&fixture.left}, kSettleUs, Now);
  now_us = 1000;
  fixture.left.Show({1100, 1050, 1200});
  CHECK(merge.Fill(fixture.block, Hold::kUntilSettled).state == FillState::kMore);
  CHECK((fixture.Times() == Times{1100, 1050}));
  CHECK(merge.Fill(fixture.block, Hold::kUntilSettled).state == FillState::kFull);
  fixture.block.Clear();
  CHECK(merge.Fill(fixture.block, Hold::kUntilSettled).state == FillState::kMore);
  fixture.block.Clear();
  const FillOutcome drained = merge.Fill(fixture.block, Hold::kUntilSettled);
  CHECK(drained.state == FillState::kDrained);
  CHECK(drained.settled_us == 900);
}

void PacketsComeInOrderAcrossInputs(Run& run) {
  Fixture fixture;
  TimestampMerge merge({&fixture.left, &fixture.right}, kSettleUs, Now);
  now_us = 1000;
  fixture.left.Show({10, 30, 50});
  fixture.right.Show({20, 40, 60});
  const FillOutcome outcome = merge.Fill(fixture.block, Hold::kUntilSettled);
  CHECK((fixture.Times() == Times{10, 20, 30, 40, 50, 60}));
  CHECK(fixture.block.header(1).interface_index == 1);
  CHECK(*fixture.block.packet(1) == 'b');
  CHECK(outcome.state == FillState::kDrained);
  CHECK(outcome.settled_us == 900);
}

void LatePacketOfOneInputIsWaitedFor(Run& run) {
  Fixture fixture;
  TimestampMerge merge({&fixture.left, &fixture.right}, kSettleUs, Now);
  now_us = 1000;
  fixture.left.Show({850, 950});
  // Everything of before 900 has been shown on the right: 850 may go, 950 may not.
  CHECK(merge.Fill(fixture.block, Hold::kUntilSettled).state == FillState::kHeld);
  CHECK((fixture.Times() == Times{850}));
  now_us = 1030;
  fixture.right.Show({940});
  (void)merge.Fill(fixture.block, Hold::kUntilSettled);
  CHECK((fixture.Times() == Times{850, 940}));
  now_us = 1050;
  CHECK(merge.Fill(fixture.block, Hold::kUntilSettled).state == FillState::kDrained);
  CHECK((fixture.Times() == Times{850, 940, 950}));
}

void InputThatEndedIsNotWaitedFor(Run& run) {
  Fixture fixture;
  TimestampMerge merge({&fixture.left, &fixture.right}, kSettleUs, Now);
  now_us = 1000;
  fixture.right.End();
  fixture.left.Show({990});
  const FillOutcome outcome = merge.Fill(fixture.block, Hold::kUntilSettled);
  CHECK((fixture.Times() == Times{990}));
  CHECK(outcome.state == FillState::kDrained);
  CHECK(outcome.settled_us == 900);
}

void FullBlockLosesNothing(Run& run) {
  Fixture fixture(2);
  TimestampMerge merge({&fixture.left, &fixture.right}, kSettleUs, Now);
  now_us = 1000;
  fixture.left.Show({1, 3});
  fixture.right.Show({2, 4});
  CHECK(merge.Fill(fixture.block, Hold::kUntilSettled).state == FillState::kFull);
  CHECK((fixture.Times() == Times{1, 2}));
  fixture.block.Clear();
  CHECK(merge.Fill(fixture.block, Hold::kUntilSettled).state == FillState::kDrained);
  CHECK((fixture.Times() == Times{3, 4}));
}

void ClockThatStepsBackDoesNotHoldForEver(Run& run) {
  Fixture fixture;
  TimestampMerge merge({&fixture.left, &fixture.right}, kSettleUs, Now);
  now_us = 1000;
  fixture.left.Show({5000});
  CHECK(merge.Fill(fixture.block, Hold::kUntilSettled).state == FillState::kHeld);
  CHECK(merge.Fill(fixture.block, Hold::kRelease).state == FillState::kDrained);
  CHECK((fixture.Times() == Times{5000}));
}

void ReplacedInputKeepsWhatItGave(Run& run) {
  Fixture fixture;
  ListedInput fresh(1);
  TimestampMerge merge({&fixture.left, &fixture.right}, kSettleUs, Now);
  now_us = 1000;
  fixture.right.Show({950});
  CHECK(merge.Fill(fixture.block, Hold::kUntilSettled).state == FillState::kHeld);
  merge.Replace(1, &fresh);
  fresh.Show({970});
  now_us = 1100;
  CHECK(merge.Fill(fixture.block, Hold::kUntilSettled).state == FillState::kDrained);
  CHECK((fixture.Times() == Times{950, 970}));
}

}  // namespace

void TestMerge(Run& run) {
  run.Execute("a single input is passed on at once", SingleInputIsPassedOnAtOnce);
  run.Execute("packets come in order across inputs", PacketsComeInOrderAcrossInputs);
  run.Execute("a late packet of one input is waited for", LatePacketOfOneInputIsWaitedFor);
  run.Execute("an input that ended is not waited for", InputThatEndedIsNotWaitedFor);
  run.Execute("a full block loses nothing", FullBlockLosesNothing);
  run.Execute("a clock that steps back does not hold for ever",
              ClockThatStepsBackDoesNotHoldForEver);
  run.Execute("a replaced input keeps what it gave", ReplacedInputKeepsWhatItGave);
}

}  // namespace sipgauge::test
