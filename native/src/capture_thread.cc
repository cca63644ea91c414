#include "capture_thread.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "clocks.h"

namespace sipgauge {

namespace {

// A partly filled block is handed over at this age, though more keeps coming.
constexpr int64_t kFillingMaxMs = 10;
// How soon held packets are looked at again.
constexpr int kHeldPollMs = 10;
// How often losses are counted (pcap_stats reads several files) and handles looked at.
constexpr int64_t kLookAfterMs = 200;
// The kernel's retirement of a partly filled part of its ring is this late at most, in timeouts.
constexpr double kSettleTimeouts = 2;
// Held packets are released after this many settle times, whatever the clock says.
constexpr int64_t kReleaseSettles = 2;

double SettleUs(uint32_t read_timeout_ms) { return read_timeout_ms * kSettleTimeouts * 1e3; }

}  // namespace

CaptureThread::CaptureThread(Handles handles, BlockPool& pool, CaptureListener& listener,
                             uint32_t read_timeout_ms, uint32_t idle_ms)
    : handles_(std::move(handles)),
      pool_(pool),
      listener_(listener),
      idle_ms_(idle_ms),
      release_after_ms_(static_cast<int64_t>(SettleUs(read_timeout_ms) / 1e3) * kReleaseSettles),
      merge_(Inputs(), SettleUs(read_timeout_ms), RealtimeUs),
      replacements_(handles_.size()),
      events_(handles_.size()),
      reported_(handles_.size(), false) {
  for (size_t index = 0; index < handles_.size(); ++index) {
    handles_[index]->set_position(static_cast<uint16_t>(index));
    counters_.push_back(std::make_unique<Counters>());
  }
}

CaptureThread::~CaptureThread() { Stop(); }

std::vector<PacketInput*> CaptureThread::Inputs() const {
  std::vector<PacketInput*> inputs;
  inputs.reserve(handles_.size());
  for (const auto& handle : handles_) inputs.push_back(handle.get());
  return inputs;
}

MaybeFailure CaptureThread::Start() {
  if (!wake_.valid()) return Failure{0, errno, std::strerror(errno)};
  // Signals are the main thread's business.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = pthread_create(&thread_, nullptr, Main, this);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error != 0) return Failure{0, error, std::strerror(error)};
  pthread_setname_np(thread_, "capture");
  started_ = true;
  return std::nullopt;
}

void CaptureThread::Stop() {
  if (!started_) return;
  stopping_.store(true);
  wake_.Signal();
  pthread_join(thread_, nullptr);
  started_ = false;
}

void CaptureThread::BlockReturned() {
  if (waiting_for_block_.load()) wake_.Signal();
}

void CaptureThread::Replace(size_t interface, std::unique_ptr<CaptureHandle> handle) {
  handle->set_position(static_cast<uint16_t>(interface));
  {
    const std::lock_guard lock(mutex_);
    replacements_[interface] = std::move(handle);
  }
  wake_.Signal();
}

InterfaceLosses CaptureThread::Losses(size_t interface) const {
  const Counters& counters = *counters_[interface];
  return {counters.by_kernel.load(), counters.by_interface.load(), counters.by_ring.load()};
}

std::optional<InterfaceEvent> CaptureThread::TakeEvent() {
  const std::lock_guard lock(mutex_);
  for (auto& event : events_) {
    if (event.has_value()) return std::exchange(event, std::nullopt);
  }
  return std::nullopt;
}

void* CaptureThread::Main(void* self) {
  static_cast<CaptureThread*>(self)->Run();
  return nullptr;
}

void CaptureThread::Run() {
  published_ms_ = MonotonicMs();
  while (!stopping_.load()) {
    AdoptReplacements();
    LookAfterHandles();
    if (!block_.has_value()) {
      // Before the look, so that a block given back after it is not missed.
      waiting_for_block_.store(true);
      block_ = pool_.AcquireFree();
      if (!block_.has_value()) {
        Wait(static_cast<int>(idle_ms_), false);
        continue;
      }
      waiting_for_block_.store(false);
    }
    Drain();
  }
  for (size_t index = 0; index < handles_.size(); ++index) CountLosses(index);
}

void CaptureThread::Drain() {
  const FillOutcome outcome = FillBlock();
  ReportFailures();
  PublishWhenDue(outcome);
  if (outcome.state == FillState::kMore || outcome.state == FillState::kFull) return;
  // Not for packets: they are there, of interfaces whose turn it is not, and would end the wait.
  if (outcome.state == FillState::kHeld) return Wait(kHeldPollMs, false);
  const int64_t idle_until_ms = published_ms_ + idle_ms_;
  const int64_t now_ms = MonotonicMs();
  Wait(idle_until_ms > now_ms ? static_cast<int>(idle_until_ms - now_ms) : 0, true);
}

FillOutcome CaptureThread::FillBlock() {
  PacketBlock& block = pool_.block(*block_);
  const int64_t now_ms = MonotonicMs();
  const bool release = held_since_ms_ != 0 && now_ms - held_since_ms_ > release_after_ms_;
  const uint32_t before = block.count();
  const FillOutcome outcome = merge_.Fill(block, release ? Hold::kRelease : Hold::kUntilSettled);
  if (before == 0 && block.count() > 0) filling_since_ms_ = now_ms;
  if (outcome.state != FillState::kHeld || block.count() > before) held_since_ms_ = 0;
  if (outcome.state == FillState::kHeld && held_since_ms_ == 0) held_since_ms_ = now_ms;
  return outcome;
}

void CaptureThread::PublishWhenDue(const FillOutcome& outcome) {
  const bool empty = pool_.block(*block_).count() == 0;
  const int64_t now_ms = MonotonicMs();
  switch (outcome.state) {
    case FillState::kFull:
      return Publish(outcome);
    case FillState::kHeld:
      if (!empty) Publish(outcome);
      return;
    case FillState::kMore:
      if (now_ms - filling_since_ms_ >= kFillingMaxMs) Publish(outcome);
      return;
    case FillState::kDrained:
      if (!empty) return Publish(outcome);
      if (now_ms - published_ms_ < idle_ms_) return;
      // One word about idleness is enough; blocks are for packets.
      if (!pool_.HasPublished()) return Publish(outcome);
      published_ms_ = now_ms;
      return;
  }
}

void CaptureThread::Publish(const FillOutcome& outcome) {
  pool_.Publish({.block = *block_,
                 .count = pool_.block(*block_).count(),
                 .drained = outcome.state == FillState::kDrained,
                 .settled_us = outcome.settled_us});
  block_.reset();
  published_ms_ = MonotonicMs();
  listener_.OnCapture();
}

void CaptureThread::Wait(int timeout_ms, bool for_packets) {
  poll_set_.clear();
  poll_set_.push_back({wake_.descriptor(), POLLIN, 0});
  if (for_packets) {
    for (const auto& handle : handles_) {
      // poll ignores negative descriptors, and the rows stay those of handles_.
      const int descriptor = handle->usable() ? handle->poll_descriptor() : -1;
      poll_set_.push_back({descriptor, POLLIN, 0});
    }
  }
  if (poll(poll_set_.data(), poll_set_.size(), timeout_ms) <= 0) return;
  if (poll_set_[0].revents != 0) wake_.Reset();
  for (size_t index = 1; index < poll_set_.size(); ++index) {
    if ((poll_set_[index].revents & (POLLERR | POLLHUP | POLLNVAL)) == 0) continue;
    CaptureHandle& handle = *handles_[index - 1];
    const int error = handle.TakeSocketError();
    const Failure failure = {0, error, std::strerror(error)};
    // An interface that is down may come back, and its socket with it. Without an error of the
    // socket's the condition would stay and this loop would spin.
    const bool lasting = error == 0;
    if (lasting) handle.Fail(failure);
    Report(index - 1, failure, lasting);
  }
}

void CaptureThread::AdoptReplacements() {
  const std::lock_guard lock(mutex_);
  for (size_t index = 0; index < handles_.size(); ++index) {
    if (!replacements_[index]) continue;
    CountLosses(index);
    counters_[index]->oversize_before += handles_[index]->oversize();
    merge_.Replace(index, replacements_[index].get());
    handles_[index] = std::move(replacements_[index]);
    reported_[index] = false;
    events_[index].reset();
  }
}

void CaptureThread::ReportFailures() {
  for (size_t index = 0; index < handles_.size(); ++index) {
    const MaybeFailure& failure = handles_[index]->failure();
    if (!failure.has_value() || reported_[index]) continue;
    Report(index, *failure, true);
  }
}

void CaptureThread::Report(size_t interface, const Failure& failure, bool failed) {
  {
    const std::lock_guard lock(mutex_);
    events_[interface] = InterfaceEvent{interface, failure, failed};
  }
  if (failed) reported_[interface] = true;
  listener_.OnCapture();
}

void CaptureThread::LookAfterHandles() {
  const int64_t now_ms = MonotonicMs();
  if (now_ms - looked_after_ms_ < kLookAfterMs) return;
  looked_after_ms_ = now_ms;
  for (size_t index = 0; index < handles_.size(); ++index) {
    CountLosses(index);
    CaptureHandle& handle = *handles_[index];
    if (handle.usable() && !handle.Bound()) {
      handle.Fail({PCAP_ERROR_NO_SUCH_DEVICE, ENODEV, std::strerror(ENODEV)});
    }
  }
}

void CaptureThread::CountLosses(size_t interface) {
  Counters& counters = *counters_[interface];
  const NewDrops drops = handles_[interface]->TakeDrops();
  counters.by_kernel += drops.by_kernel;
  counters.by_interface += drops.by_interface;
  counters.by_ring.store(counters.oversize_before + handles_[interface]->oversize());
}

}  // namespace sipgauge
