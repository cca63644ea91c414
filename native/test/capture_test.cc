// Captures on the loopback interface of a network namespace of its own.
#include "capture_test.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "../src/capture_thread.h"
#include "../src/clocks.h"
#include "../src/interface_list.h"
#include "block_memory.h"

namespace sipgauge::test {

namespace {

// The kernel's ring holds this much time for each 256 KiB: with `kAmpleBytes` more than a busy
// machine keeps a capture from its processor.
constexpr uint32_t kReadTimeoutMs = 50;
constexpr uint32_t kIdleMs = 20;
constexpr uint32_t kAmpleBytes = 32 * 1024 * 1024;
constexpr uint32_t kScarceBytes = 4 * 1024 * 1024;
constexpr int64_t kPatienceMs = 60'000;
constexpr uint16_t kPort = 5060;
constexpr size_t kBlockBytes = size_t{256} * 1024;

bool SetLoopback(bool up) {
  const int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
  bool done = ioctl(descriptor, SIOCGIFFLAGS, &request) == 0;
  const int flags = request.ifr_flags;
  request.ifr_flags = static_cast<int16_t>(up ? flags | IFF_UP : flags & ~IFF_UP);
  done = done && ioctl(descriptor, SIOCSIFFLAGS, &request) == 0;
  close(descriptor);
  return done;
}

void Send(int count, size_t length) {
  const int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(kPort);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string payload(length, 'x');
  for (int index = 0; index < count; ++index) {
    sendto(descriptor, payload.data(), payload.size(), 0, reinterpret_cast<sockaddr*>(&to),
           sizeof to);
  }
  close(descriptor);
}

class CountingListener final : public CaptureListener {
 public:
  void OnCapture() override { calls_.fetch_add(1); }
  [[nodiscard]] int calls() const { return calls_.load(); }

 private:
  std::atomic<int> calls_{0};
};

constexpr char kFilter[] = "udp dst port 5060";

std::unique_ptr<CaptureHandle> OpenLoopback(Run& run, const std::string& filter,
                                            uint32_t buffer_bytes = kAmpleBytes) {
  auto result = CaptureHandle::Open({.interface = "lo",
                                     .snaplen = 65535,
                                     .buffer_bytes = buffer_bytes,
                                     .promiscuous = false,
                                     .read_timeout_ms = kReadTimeoutMs});
  auto* handle = std::get_if<std::unique_ptr<CaptureHandle>>(&result);
  CHECK(handle != nullptr);
  if (handle == nullptr) return nullptr;
  CHECK(!(*handle)->SetFilter(filter).has_value());
  return std::move(*handle);
}

// A capture on lo with two small blocks.
struct Capture {
  explicit Capture(Run& run, size_t interfaces = 1, uint32_t buffer_bytes = kAmpleBytes)
      : pool({one.memory(), two.memory()}) {
    CaptureThread::Handles handles;
    for (size_t index = 0; index < interfaces; ++index) {
      handles.push_back(OpenLoopback(run, kFilter, buffer_bytes));
    }
    thread = std::make_unique<CaptureThread>(std::move(handles), pool, listener, kReadTimeoutMs,
                                             kIdleMs);
  }

  // Takes batches until `count` packets and a drained batch came, or patience ends.
  uint64_t TakeAtLeast(uint64_t count) {
    uint64_t taken = 0;
    for (const int64_t end = MonotonicMs() + kPatienceMs; MonotonicMs() < end; usleep(1000)) {
      const auto batch = pool.Take();
      if (!batch.has_value()) continue;
      taken += batch->count;
      settled_us = batch->settled_us;
      LookAt(pool.block(batch->block));
      (void)pool.GiveBack(batch->block);
      thread->BlockReturned();
      if (batch->drained && taken >= count) return taken;
    }
    return taken;
  }

  void LookAt(const PacketBlock& block) {
    for (uint32_t row = 0; row < block.count(); ++row) {
      const double timestamp_us = block.header(row).timestamp_us;
      ordered = ordered && timestamp_us >= latest_us;
      latest_us = timestamp_us;
    }
  }

  OwnedBlock one{kBlockBytes, 1024};
  OwnedBlock two{kBlockBytes, 1024};
  BlockPool pool;
  CountingListener listener;
  std::unique_ptr<CaptureThread> thread;
  double settled_us = 0;
  double latest_us = 0;
  bool ordered = true;
};

void CapturesWhatIsSent(Run& run) {
  Capture capture(run);
  CHECK(!capture.thread->Start().has_value());
  const double before_us = RealtimeUs();
  Send(3000, 100);
  CHECK(capture.TakeAtLeast(3000) == 3000);
  CHECK(capture.listener.calls() > 0);
  capture.thread->Stop();
  const InterfaceLosses losses = capture.thread->Losses(0);
  CHECK(losses.by_kernel == 0 && losses.by_interface == 0 && losses.by_ring == 0);
  CHECK(capture.one.linktype[0] == 1);
  CHECK(capture.one.timestamp_us[0] >= before_us);
  CHECK(capture.one.timestamp_us[0] <= RealtimeUs());
}

void WaitsForBlocksWithoutLoss(Run& run) {
  Capture capture(run);
  CHECK(!capture.thread->Start().has_value());
  // Four times what the two blocks hold, all of it before the first is taken.
  Send(2000, 1000);
  usleep(200'000);
  CHECK(capture.TakeAtLeast(2000) == 2000);
}

void CountsWhatTheKernelLoses(Run& run) {
  Capture capture(run, 1, kScarceBytes);
  CHECK(!capture.thread->Start().has_value());
  Send(12'000, 1000);
  const uint64_t taken = capture.TakeAtLeast(1);
  const uint64_t rest = capture.TakeAtLeast(0);
  capture.thread->Stop();
  const uint64_t lost = capture.thread->Losses(0).by_kernel;
  CHECK(lost > 0);
  CHECK(taken + rest + lost == 12'000);
}

void SettlesBehindTheClock(Run& run) {
  Capture capture(run);
  CHECK(!capture.thread->Start().has_value());
  const double before_us = RealtimeUs();
  (void)capture.TakeAtLeast(0);
  (void)capture.TakeAtLeast(0);
  CHECK(capture.settled_us > before_us - 1e6);
  CHECK(capture.settled_us <= RealtimeUs() - kReadTimeoutMs * 1e3);
}

void MergesTwoHandles(Run& run) {
  Capture capture(run, 2);
  CHECK(!capture.thread->Start().has_value());
  Send(500, 100);
  CHECK(capture.TakeAtLeast(1000) == 1000);
  CHECK(capture.ordered);
}

void SurvivesDownAndUp(Run& run) {
  Capture capture(run);
  CHECK(!capture.thread->Start().has_value());
  // The thread waits for packets from here on; before, libpcap itself may take the kernel's error.
  (void)capture.TakeAtLeast(0);
  CHECK(SetLoopback(false));
  std::optional<InterfaceEvent> event;
  for (const int64_t end = MonotonicMs() + kPatienceMs; !event && MonotonicMs() < end;) {
    (void)capture.TakeAtLeast(0);
    event = capture.thread->TakeEvent();
  }
  CHECK(event.has_value() && event->failure.error_number == ENETDOWN && !event->failed);
  CHECK(SetLoopback(true));
  Send(10, 100);
  CHECK(capture.TakeAtLeast(10) == 10);
}

void TakesAnotherHandleWhileRunning(Run& run) {
  Capture capture(run);
  CHECK(!capture.thread->Start().has_value());
  Send(10, 100);
  CHECK(capture.TakeAtLeast(10) == 10);
  capture.thread->Replace(0, OpenLoopback(run, kFilter));
  usleep(100'000);
  Send(20, 100);
  CHECK(capture.TakeAtLeast(20) == 20);
}

void StopsInAnyState(Run& run) {
  for (int round = 0; round < 5; ++round) {
    Capture unstarted(run);
    unstarted.thread->Stop();
    Capture started(run);
    CHECK(!started.thread->Start().has_value());
    // Without anyone who takes: the thread waits for a block.
    Send(2000, 1000);
    if (round % 2 == 0) usleep(50'000);
    started.thread->Stop();
    started.thread->Stop();
  }
}

void ReportsWhatCannotBeOpened(Run& run) {
  const auto missing = CaptureHandle::Open({.interface = "nosuch0", .buffer_bytes = 1 << 20});
  const auto* failure = std::get_if<Failure>(&missing);
  CHECK(failure != nullptr && failure->pcap_status == PCAP_ERROR_NO_SUCH_DEVICE);
  const auto handle = OpenLoopback(run, "");
  const MaybeFailure bad = handle->SetFilter("udp prt 5060");
  CHECK(bad.has_value() && bad->text.find("syntax error") != std::string::npos);
}

void ListsInterfaces(Run& run) {
  const auto result = ListInterfaces();
  const auto* list = std::get_if<std::vector<InterfaceDescription>>(&result);
  CHECK(list != nullptr);
  bool found = false;
  for (const InterfaceDescription& interface : *list) {
    if (interface.name == "lo") found = interface.addresses.front() == "127.0.0.1";
  }
  CHECK(found);
  CHECK(StateOfInterface(InterfaceNumber("lo")) == InterfaceState::kUp);
  CHECK(InterfaceNumber("nosuch0") == 0);
  CHECK(StateOfInterface(4'000'000) == InterfaceState::kGone);
}

}  // namespace

void TestCapture(Run& run) {
  static std::string reason;
  if (unshare(CLONE_NEWNET) != 0 || !SetLoopback(true)) {
    reason = std::string("no network namespace: ") + std::strerror(errno);
    run.Execute("capture on a loopback interface", [](Run& inner) { inner.Skip(reason); });
    return;
  }
  run.Execute("all that is sent is captured", CapturesWhatIsSent);
  run.Execute("without a free block packets wait in the kernel", WaitsForBlocksWithoutLoss);
  run.Execute("captured and lost make what was sent", CountsWhatTheKernelLoses);
  run.Execute("an idle batch settles behind the clock", SettlesBehindTheClock);
  run.Execute("two handles give one order", MergesTwoHandles);
  run.Execute("an interface that goes down and up goes on", SurvivesDownAndUp);
  run.Execute("a handle is replaced while running", TakesAnotherHandleWhileRunning);
  run.Execute("a capture stops in any state", StopsInAnyState);
  run.Execute("what cannot be opened is reported", ReportsWhatCannotBeOpened);
  run.Execute("interfaces are listed", ListsInterfaces);
}

}  // namespace sipgauge::test
