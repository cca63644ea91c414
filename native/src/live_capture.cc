#include "live_capture.h"

#include <cassert>
#include <string>
#include <utility>

namespace sipgauge {

namespace {

template <typename Element>
std::span<Element> Column(const Napi::Object& block, const char* name) {
  const Napi::TypedArray array = block.Get(name).As<Napi::TypedArray>();
  auto* bytes = static_cast<uint8_t*>(array.ArrayBuffer().Data()) + array.ByteOffset();
  // The typed array's element type is TypeScript's promise; its length is checked by PacketBlock.
  assert(array.ByteLength() == array.ElementLength() * sizeof(Element));
  return {reinterpret_cast<Element*>(bytes), array.ElementLength()};
}

uint32_t NumberOf(const Napi::Object& object, const char* name) {
  return object.Get(name).As<Napi::Number>().Uint32Value();
}

size_t IndexOf(const Napi::CallbackInfo& info) { return info[0].As<Napi::Number>().Uint32Value(); }

}  // namespace

Napi::Value FailureValue(Napi::Env env, const MaybeFailure& failure) {
  if (!failure.has_value()) return env.Undefined();
  Napi::Object object = Napi::Object::New(env);
  object.Set("status", failure->pcap_status);
  object.Set("errno", failure->error_number);
  object.Set("message", failure->text);
  return object;
}

Napi::Function LiveCapture::Define(Napi::Env env) {
  return DefineClass(env, "LiveCapture",
                     {
                         InstanceMethod<&LiveCapture::Open>("open"),
                         InstanceMethod<&LiveCapture::SetFilter>("setFilter"),
                         InstanceMethod<&LiveCapture::Start>("start"),
                         InstanceMethod<&LiveCapture::Replace>("replace"),
                         InstanceMethod<&LiveCapture::Take>("take"),
                         InstanceMethod<&LiveCapture::GiveBack>("giveBack"),
                         InstanceMethod<&LiveCapture::TakeEvent>("takeEvent"),
                         InstanceMethod<&LiveCapture::Losses>("losses"),
                         InstanceMethod<&LiveCapture::Close>("close"),
                     });
}

LiveCapture::LiveCapture(const Napi::CallbackInfo& info) : Napi::ObjectWrap<LiveCapture>(info) {
  const Napi::Array blocks = info[0].As<Napi::Array>();
  const Napi::Object options = info[1].As<Napi::Object>();
  blocks_ = Napi::Persistent(blocks.As<Napi::Object>());
  read_timeout_ms_ = NumberOf(options, "readTimeoutMs");
  idle_ms_ = NumberOf(options, "idleMs");
  AdoptMemory(blocks);
}

LiveCapture::~LiveCapture() { Shut(); }

void LiveCapture::AdoptMemory(const Napi::Array& blocks) {
  for (uint32_t index = 0; index < blocks.Length(); ++index) {
    const Napi::Object block = blocks.Get(index).As<Napi::Object>();
    memories_.push_back({
        .bytes = Column<uint8_t>(block, "block"),
        .timestamp_us = Column<double>(block, "timestampUs"),
        .offset = Column<uint32_t>(block, "offset"),
        .caplen = Column<uint32_t>(block, "caplen"),
        .len = Column<uint32_t>(block, "len"),
        .linktype = Column<uint16_t>(block, "linktype"),
        .interface_index = Column<uint16_t>(block, "interfaceIndex"),
    });
  }
}

// (index, { interface, snaplen, bufferBytes, promiscuous })
Napi::Value LiveCapture::Open(const Napi::CallbackInfo& info) {
  const size_t index = IndexOf(info);
  const Napi::Object settings = info[1].As<Napi::Object>();
  auto result = CaptureHandle::Open({
      .interface = settings.Get("interface").As<Napi::String>(),
      .snaplen = NumberOf(settings, "snaplen"),
      .buffer_bytes = NumberOf(settings, "bufferBytes"),
      .promiscuous = settings.Get("promiscuous").As<Napi::Boolean>(),
      .read_timeout_ms = read_timeout_ms_,
  });
  if (auto* failure = std::get_if<Failure>(&result)) return FailureValue(Env(), *failure);

  auto& handle = std::get<std::unique_ptr<CaptureHandle>>(result);
  Napi::Object opened = Napi::Object::New(Env());
  opened.Set("linktype", static_cast<uint32_t>(handle->linktype()));
  opened.Set("interfaceNumber", handle->interface_number());
  opened.Set("nanoseconds", handle->nanoseconds());
  if (opened_.size() <= index) opened_.resize(index + 1);
  opened_[index] = std::move(handle);
  return opened;
}

// (index, text), of what `open` opened and the thread does not have yet.
Napi::Value LiveCapture::SetFilter(const Napi::CallbackInfo& info) {
  const size_t index = IndexOf(info);
  assert(index < opened_.size() && opened_[index]);
  return FailureValue(Env(), opened_[index]->SetFilter(info[1].As<Napi::String>()));
}

// (ready): all interfaces are open.
Napi::Value LiveCapture::Start(const Napi::CallbackInfo& info) {
  assert(!thread_ && !opened_.empty());
  interface_count_ = opened_.size();
  pool_ = std::make_unique<BlockPool>(memories_);
  thread_ = std::make_unique<CaptureThread>(std::move(opened_), *pool_, *this, read_timeout_ms_,
                                            idle_ms_);
  opened_ = CaptureThread::Handles(interface_count_);
  ready_ = Ready::New(Env(), info[0].As<Napi::Function>(), "sipgauge.capture", 0, 1, this);
  // After the function's own hook, hence called before it: the thread ends while all is still
  // there.
  napi_add_env_cleanup_hook(Env(), OnEnvironmentExit, this);
  const MaybeFailure failure = thread_->Start();
  if (failure.has_value()) Shut();
  return FailureValue(Env(), failure);
}

// (index): hands what `open` opened again to the running thread.
Napi::Value LiveCapture::Replace(const Napi::CallbackInfo& info) {
  const size_t index = IndexOf(info);
  assert(index < opened_.size() && opened_[index]);
  if (thread_) thread_->Replace(index, std::move(opened_[index]));
  return Env().Undefined();
}

// (report: Float64Array): the block's index or -1; report = [count, drained, settledUs].
Napi::Value LiveCapture::Take(const Napi::CallbackInfo& info) {
  const std::optional<Batch> batch = pool_ ? pool_->Take() : std::nullopt;
  if (!batch.has_value()) return Napi::Number::New(Env(), -1);
  Napi::Float64Array report = info[0].As<Napi::Float64Array>();
  report[0] = batch->count;
  report[1] = batch->drained ? 1 : 0;
  report[2] = batch->settled_us;
  return Napi::Number::New(Env(), static_cast<double>(batch->block));
}

Napi::Value LiveCapture::GiveBack(const Napi::CallbackInfo& info) {
  const bool known = pool_ && pool_->GiveBack(IndexOf(info));
  if (known && thread_) thread_->BlockReturned();
  return Napi::Boolean::New(Env(), known);
}

Napi::Value LiveCapture::TakeEvent(const Napi::CallbackInfo& /*info*/) {
  const std::optional<InterfaceEvent> event = thread_ ? thread_->TakeEvent() : std::nullopt;
  if (!event.has_value()) return Env().Undefined();
  Napi::Object object = FailureValue(Env(), event->failure).As<Napi::Object>();
  object.Set("interface", static_cast<double>(event->interface));
  object.Set("failed", event->failed);
  return object;
}

// (index, report: Float64Array): report = [by kernel, by interface, by ring].
Napi::Value LiveCapture::Losses(const Napi::CallbackInfo& info) {
  Napi::Float64Array report = info[1].As<Napi::Float64Array>();
  const size_t index = IndexOf(info);
  InterfaceLosses losses;
  if (thread_) losses = thread_->Losses(index);
  if (index < final_losses_.size()) losses = final_losses_[index];
  report[0] = static_cast<double>(losses.by_kernel);
  report[1] = static_cast<double>(losses.by_interface);
  report[2] = static_cast<double>(losses.by_ring);
  return Env().Undefined();
}

Napi::Value LiveCapture::Close(const Napi::CallbackInfo& /*info*/) {
  Shut();
  return Env().Undefined();
}

void LiveCapture::Shut() {
  if (thread_) {
    thread_->Stop();
    for (size_t index = 0; index < interface_count_; ++index) {
      final_losses_.push_back(thread_->Losses(index));
    }
    napi_remove_env_cleanup_hook(Env(), OnEnvironmentExit, this);
    // Not Release: what is still queued need not be called any more.
    ready_.Abort();
  }
  thread_.reset();
  pool_.reset();
  opened_.clear();
  blocks_.Reset();
}

void LiveCapture::OnEnvironmentExit(void* self) { static_cast<LiveCapture*>(self)->Shut(); }

void LiveCapture::OnCapture() {
  if (called_.exchange(true)) return;
  ready_.NonBlockingCall();
}

void LiveCapture::CallReady(Napi::Env env, Napi::Function ready, LiveCapture* self, void*) {
  // Without an environment the function is being torn down.
  if (static_cast<napi_env>(env) == nullptr) return;
  self->called_.store(false);
  ready.Call({});
}

}  // namespace sipgauge
