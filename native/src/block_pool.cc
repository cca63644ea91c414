#include "block_pool.h"

namespace sipgauge {

BlockPool::BlockPool(const std::vector<BlockMemory>& memories)
    : owners_(memories.size(), Owner::kPool) {
  blocks_.reserve(memories.size());
  for (const BlockMemory& memory : memories) blocks_.emplace_back(memory);
}

std::optional<size_t> BlockPool::AcquireFree() {
  const std::lock_guard lock(mutex_);
  for (size_t index = 0; index < owners_.size(); ++index) {
    if (owners_[index] != Owner::kPool) continue;
    owners_[index] = Owner::kCapture;
    blocks_[index].Clear();
    return index;
  }
  return std::nullopt;
}

void BlockPool::Publish(const Batch& batch) {
  const std::lock_guard lock(mutex_);
  blocks_[batch.block].Seal();
  owners_[batch.block] = Owner::kQueue;
  published_.push_back(batch);
}

bool BlockPool::HasPublished() {
  const std::lock_guard lock(mutex_);
  return !published_.empty();
}

std::optional<Batch> BlockPool::Take() {
  const std::lock_guard lock(mutex_);
  if (published_.empty()) return std::nullopt;
  const Batch batch = published_.front();
  published_.pop_front();
  owners_[batch.block] = Owner::kJavaScript;
  return batch;
}

bool BlockPool::GiveBack(size_t index) {
  const std::lock_guard lock(mutex_);
  if (index >= owners_.size() || owners_[index] != Owner::kJavaScript) return false;
  owners_[index] = Owner::kPool;
  return true;
}

}  // namespace sipgauge
