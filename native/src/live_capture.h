// The JavaScript object over a capture: opens interfaces on the calling thread, then runs one
// capture thread for all of them, and passes blocks of JavaScript's own memory back and forth. Also
// the wrapper of the plain functions' values.
#ifndef SIPGAUGE_LIVE_CAPTURE_H_
#define SIPGAUGE_LIVE_CAPTURE_H_

#include <napi.h>

#include <atomic>
#include <memory>
#include <vector>

#include "block_pool.h"
#include "capture_handle.h"
#include "capture_thread.h"

namespace sipgauge {

// { status, errno, message }, as TypeScript's NativeFailure.
Napi::Value FailureValue(Napi::Env env, const MaybeFailure& failure);

class LiveCapture final : public Napi::ObjectWrap<LiveCapture>, public CaptureListener {
 public:
  static Napi::Function Define(Napi::Env env);

  // (blocks, { readTimeoutMs, idleMs })
  explicit LiveCapture(const Napi::CallbackInfo& info);
  ~LiveCapture() override;

  // On the capture thread.
  void OnCapture() override;

 private:
  Napi::Value Open(const Napi::CallbackInfo& info);
  Napi::Value SetFilter(const Napi::CallbackInfo& info);
  Napi::Value Start(const Napi::CallbackInfo& info);
  Napi::Value Replace(const Napi::CallbackInfo& info);
  Napi::Value Take(const Napi::CallbackInfo& info);
  Napi::Value GiveBack(const Napi::CallbackInfo& info);
  Napi::Value TakeEvent(const Napi::CallbackInfo& info);
  Napi::Value Losses(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  static void OnEnvironmentExit(void* self);
  static void CallReady(Napi::Env env, Napi::Function ready, LiveCapture* self, void* data);
  void AdoptMemory(const Napi::Array& blocks);
  void Shut();

  using Ready = Napi::TypedThreadSafeFunction<LiveCapture, void, &LiveCapture::CallReady>;

  // Keeps the blocks' memory alive while the thread may write into it.
  Napi::ObjectReference blocks_;
  std::vector<BlockMemory> memories_;
  uint32_t read_timeout_ms_ = 0;
  uint32_t idle_ms_ = 0;

  // Opened and not yet given to the thread, one place an interface.
  CaptureThread::Handles opened_;
  size_t interface_count_ = 0;
  // Of the thread that has ended.
  std::vector<InterfaceLosses> final_losses_;
  std::unique_ptr<BlockPool> pool_;
  std::unique_ptr<CaptureThread> thread_;
  Ready ready_;
  // So that many batches make one call.
  std::atomic<bool> called_{false};
};

}  // namespace sipgauge

#endif  // SIPGAUGE_LIVE_CAPTURE_H_
