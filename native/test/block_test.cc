#include "block_test.h"

#include <cstring>
#include <vector>

#include "../src/block_pool.h"
#include "block_memory.h"

namespace sipgauge::test {

namespace {

PacketHeader HeaderOf(double timestamp_us, uint32_t caplen) {
  return {timestamp_us, caplen, caplen, 1, 0};
}

void KeepsWhatIsAppended(Run& run) {
  OwnedBlock owned(100, 4);
  PacketBlock block(owned.memory());
  const std::vector<uint8_t> first = {1, 2, 3};
  const std::vector<uint8_t> second = {4, 5};
  block.Append({10.5, 3, 60, 1, 0}, first.data());
  block.Append({11.25, 2, 2, 113, 7}, second.data());
  CHECK(block.count() == 2);
  CHECK(owned.offset[1] == 3);
  CHECK(owned.timestamp_us[1] == 11.25);
  CHECK(owned.len[0] == 60);
  CHECK(owned.linktype[1] == 113);
  CHECK(owned.interface_index[1] == 7);
  CHECK(std::memcmp(block.packet(1), second.data(), second.size()) == 0);
}

void SealsWithLineEnds(Run& run) {
  OwnedBlock owned(8, 4);
  PacketBlock block(owned.memory());
  const std::vector<uint8_t> packet(8, 'x');
  block.Append(HeaderOf(1, 8), packet.data());
  block.Seal();
  for (size_t index = 8; index < owned.bytes.size(); ++index) CHECK(owned.bytes[index] == '\n');
}

void BoundsByBytesAndByRows(Run& run) {
  OwnedBlock owned(100, 3);
  PacketBlock block(owned.memory());
  const std::vector<uint8_t> packet(100, 'x');
  CHECK(block.PacketsThatFit(40) == 2);
  CHECK(block.PacketsThatFit(10) == 3);
  CHECK(block.PacketsThatFit(101) == 0);
  block.Append(HeaderOf(1, 60), packet.data());
  CHECK(block.PacketsThatFit(40) == 1);
  CHECK(block.Fits(40));
  CHECK(!block.Fits(41));
  block.Append(HeaderOf(2, 0), packet.data());
  block.Append(HeaderOf(3, 0), packet.data());
  CHECK(!block.Fits(0));
  block.Clear();
  CHECK(block.PacketsThatFit(40) == 2);
}

void HandsBlocksRoundInOrder(Run& run) {
  OwnedBlock first(10, 1);
  OwnedBlock second(10, 1);
  BlockPool pool({first.memory(), second.memory()});
  const auto one = pool.AcquireFree();
  const auto two = pool.AcquireFree();
  CHECK(one.has_value() && two.has_value() && *one != *two);
  CHECK(!pool.AcquireFree().has_value());
  CHECK(!pool.HasPublished());
  pool.Publish({.block = *two, .count = 0, .drained = true, .settled_us = 5});
  pool.Publish({.block = *one});
  CHECK(pool.HasPublished());
  const auto taken = pool.Take();
  CHECK(taken.has_value() && taken->block == *two && taken->drained && taken->settled_us == 5);
  CHECK(!pool.AcquireFree().has_value());
  CHECK(pool.GiveBack(*two));
  CHECK(pool.AcquireFree() == two);
}

void RefusesBlocksThatWereNotTaken(Run& run) {
  OwnedBlock owned(10, 1);
  BlockPool pool({owned.memory()});
  CHECK(!pool.GiveBack(0));
  CHECK(!pool.GiveBack(1));
  const auto index = pool.AcquireFree();
  CHECK(!pool.GiveBack(*index));
  pool.Publish({.block = *index});
  CHECK(!pool.GiveBack(*index));
  CHECK(pool.Take().has_value());
  CHECK(pool.GiveBack(*index));
  CHECK(!pool.GiveBack(*index));
}

}  // namespace

void TestBlocks(Run& run) {
  run.Execute("a block keeps what is appended", KeepsWhatIsAppended);
  run.Execute("a sealed block ends in line ends", SealsWithLineEnds);
  run.Execute("a block is bounded by bytes and by rows", BoundsByBytesAndByRows);
  run.Execute("the pool hands blocks round in order", HandsBlocksRoundInOrder);
  run.Execute("the pool refuses blocks that were not taken", RefusesBlocksThatWereNotTaken);
}

}  // namespace sipgauge::test
