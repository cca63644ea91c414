// The thread that drains the kernel's rings into blocks. It waits in its own poll, since on
// TPACKET_V3 pcap_dispatch neither returns at its timeout when nothing arrives nor on a signal. It
// never drops: without a free block it leaves packets in the kernel's ring, which counts what it
// loses.
#ifndef SIPGAUGE_CAPTURE_THREAD_H_
#define SIPGAUGE_CAPTURE_THREAD_H_

#include <poll.h>
#include <pthread.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "block_pool.h"
#include "capture_handle.h"
#include "timestamp_merge.h"
#include "wake_event.h"

namespace sipgauge {

// Told, on the capture thread, that a batch or an event waits to be taken.
class CaptureListener {
 public:
  CaptureListener() = default;
  virtual ~CaptureListener() = default;
  CaptureListener(const CaptureListener&) = delete;
  CaptureListener& operator=(const CaptureListener&) = delete;
  virtual void OnCapture() = 0;
};

// The kernel or libpcap said that something is wrong with an interface.
struct InterfaceEvent {
  size_t interface = 0;
  Failure failure;
  // False when the handle still works, should its interface come up again.
  bool failed = false;
};

// Cumulative over all handles that an interface had.
struct InterfaceLosses {
  uint64_t by_kernel = 0;
  uint64_t by_interface = 0;
  uint64_t by_ring = 0;
};

class CaptureThread {
 public:
  using Handles = std::vector<std::unique_ptr<CaptureHandle>>;

  // One handle an interface, in their order. `read_timeout_ms` is what the handles were opened
  // with, `idle_ms` how often a listener hears of an idle wire.
  CaptureThread(Handles handles, BlockPool& pool, CaptureListener& listener,
                uint32_t read_timeout_ms, uint32_t idle_ms);
  ~CaptureThread();
  CaptureThread(const CaptureThread&) = delete;
  CaptureThread& operator=(const CaptureThread&) = delete;

  MaybeFailure Start();
  // Returns when the thread has ended. Works in any state, twice too.
  void Stop();

  // The rest is for the thread that started this one.

  // A block was given back.
  void BlockReturned();
  // Gives an interface another handle; the old one is closed.
  void Replace(size_t interface, std::unique_ptr<CaptureHandle> handle);
  [[nodiscard]] InterfaceLosses Losses(size_t interface) const;
  [[nodiscard]] std::optional<InterfaceEvent> TakeEvent();

 private:
  struct Counters {
    std::atomic<uint64_t> by_kernel{0};
    std::atomic<uint64_t> by_interface{0};
    std::atomic<uint64_t> by_ring{0};
    // Of handles that were replaced.
    uint64_t oversize_before = 0;
  };

  static void* Main(void* self);
  void Run();
  void Drain();
  [[nodiscard]] FillOutcome FillBlock();
  void PublishWhenDue(const FillOutcome& outcome);
  void Publish(const FillOutcome& outcome);
  void Wait(int timeout_ms, bool for_packets);
  void AdoptReplacements();
  void ReportFailures();
  void Report(size_t interface, const Failure& failure, bool failed);
  void LookAfterHandles();
  void CountLosses(size_t interface);
  [[nodiscard]] std::vector<PacketInput*> Inputs() const;

  Handles handles_;
  BlockPool& pool_;
  CaptureListener& listener_;
  const uint32_t idle_ms_;
  const int64_t release_after_ms_;
  TimestampMerge merge_;
  WakeEvent wake_;

  // Shared with the starting thread.
  std::atomic<bool> stopping_{false};
  std::atomic<bool> waiting_for_block_{false};
  mutable std::mutex mutex_;
  Handles replacements_;
  std::vector<std::optional<InterfaceEvent>> events_;
  std::vector<std::unique_ptr<Counters>> counters_;

  // The thread's own.
  std::optional<size_t> block_;
  std::vector<bool> reported_;
  std::vector<pollfd> poll_set_;
  // Zero: not at the moment.
  int64_t filling_since_ms_ = 0;
  int64_t held_since_ms_ = 0;
  int64_t published_ms_ = 0;
  int64_t looked_after_ms_ = 0;

  pthread_t thread_{};
  bool started_ = false;
};

}  // namespace sipgauge

#endif  // SIPGAUGE_CAPTURE_THREAD_H_
