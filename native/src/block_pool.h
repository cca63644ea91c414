// The blocks that travel between the capture thread and JavaScript: free, being filled, handed over
// in order, and back. When none is free the capture thread stops draining, and the kernel's ring
// fills.
#ifndef SIPGAUGE_BLOCK_POOL_H_
#define SIPGAUGE_BLOCK_POOL_H_

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "packet_block.h"

namespace sipgauge {

// A block on its way to JavaScript.
struct Batch {
  size_t block = 0;
  uint32_t count = 0;
  // The kernel had nothing more when this batch was closed.
  bool drained = false;
  // Every packet of before this time has been handed over with this batch; 0 unless drained.
  double settled_us = 0;
};

class BlockPool {
 public:
  explicit BlockPool(const std::vector<BlockMemory>& memories);

  // Capture thread. An empty block, which it owns until it publishes it.
  [[nodiscard]] std::optional<size_t> AcquireFree();
  [[nodiscard]] PacketBlock& block(size_t index) { return blocks_[index]; }
  void Publish(const Batch& batch);
  // True while JavaScript has not yet taken what was published.
  [[nodiscard]] bool HasPublished();

  // JavaScript's thread.
  [[nodiscard]] std::optional<Batch> Take();
  // False for a block that was not taken: a mistake of the caller's, which changes nothing.
  [[nodiscard]] bool GiveBack(size_t index);

 private:
  enum class Owner : unsigned char { kPool, kCapture, kQueue, kJavaScript };

  std::mutex mutex_;
  std::vector<PacketBlock> blocks_;
  std::vector<Owner> owners_;
  // Bounded by the number of blocks.
  std::deque<Batch> published_;
};

}  // namespace sipgauge

#endif  // SIPGAUGE_BLOCK_POOL_H_
