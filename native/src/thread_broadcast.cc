#include "thread_broadcast.h"

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>

namespace sipgauge {

namespace {

// The C libraries' own signal for this very purpose (glibc: SIGSETXID, nptl; musl: also internal).
// It is the only kind that no thread can have blocked: Node's signal thread blocks all others. It
// is borrowed for the moment of the broadcast and given back.
constexpr int kUnblockableSignal = 33;
// Bytes of the kernel's signal set, and room for its struct sigaction on any architecture.
constexpr size_t kKernelSetBytes = 8;
using KernelSigaction = std::array<unsigned char, 64>;
constexpr int kWaitStepsMax = 2000;
constexpr long kWaitStepNs = 1'000'000;

// Travels in the signal, so that the handler needs nothing global. Kept alive by every signal sent.
struct Request {
  ThreadAction action;
  uint64_t argument;
  std::atomic<int> finished{0};
  std::atomic<int> error{0};
};

void OnSignal(int /*number*/, siginfo_t* info, void* /*context*/) {
  if (info->si_code != SI_QUEUE || info->si_pid != getpid()) return;
  const int saved = errno;
  auto* request = static_cast<Request*>(info->si_value.sival_ptr);
  const int error = request->action(request->argument);
  if (error != 0) request->error.store(error);
  request->finished.fetch_add(1);
  errno = saved;
}

long RawSigaction(int signal, const KernelSigaction* action, KernelSigaction* old) {
  return syscall(SYS_rt_sigaction, signal, action == nullptr ? nullptr : action->data(),
                 old == nullptr ? nullptr : old->data(), kKernelSetBytes);
}

// Installs OnSignal behind the C library's back, which refuses its own signals: an ordinary signal
// shows how this C library fills the kernel's structure, including its return trampoline.
class BorrowedSignal {
 public:
  BorrowedSignal() {
    struct sigaction action {};
    action.sa_sigaction = OnSignal;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigfillset(&action.sa_mask);
    struct sigaction model_before {};
    KernelSigaction model{};
    const int model_signal = SIGRTMAX;
    if (sigaction(model_signal, &action, &model_before) != 0) return;
    installed_ = RawSigaction(model_signal, nullptr, &model) == 0 &&
                 RawSigaction(kUnblockableSignal, &model, &before_) == 0;
    sigaction(model_signal, &model_before, nullptr);
  }
  ~BorrowedSignal() {
    if (installed_) RawSigaction(kUnblockableSignal, &before_, nullptr);
  }
  BorrowedSignal(const BorrowedSignal&) = delete;
  BorrowedSignal& operator=(const BorrowedSignal&) = delete;
  [[nodiscard]] bool installed() const { return installed_; }

 private:
  KernelSigaction before_{};
  bool installed_ = false;
};

bool Send(pid_t thread, Request* request) {
  siginfo_t info{};
  info.si_signo = kUnblockableSignal;
  info.si_code = SI_QUEUE;
  info.si_pid = getpid();
  info.si_uid = getuid();
  info.si_value.sival_ptr = request;
  return syscall(SYS_rt_tgsigqueueinfo, getpid(), thread, kUnblockableSignal, &info) == 0;
}

bool Await(const Request& request, int count) {
  for (int step = 0; step < kWaitStepsMax; ++step) {
    if (request.finished.load() >= count) return true;
    const timespec pause = {0, kWaitStepNs};
    nanosleep(&pause, nullptr);
  }
  return false;
}

Failure FailureOfErrno(int number) { return {0, number, std::strerror(number)}; }

struct FolderCloser {
  void operator()(DIR* folder) const { closedir(folder); }
};

}  // namespace

std::vector<pid_t> ThreadsOfProcess() {
  std::vector<pid_t> threads;
  const std::unique_ptr<DIR, FolderCloser> folder(opendir("/proc/self/task"));
  if (!folder) return threads;
  for (const dirent* entry = readdir(folder.get()); entry != nullptr;
       entry = readdir(folder.get())) {
    const auto thread = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));
    if (thread > 0) threads.push_back(thread);
  }
  return threads;
}

MaybeFailure RunOnEveryThread(ThreadAction action, uint64_t argument) {
  auto request = std::make_unique<Request>();
  request->action = action;
  request->argument = argument;
  const int own_error = action(argument);
  if (own_error != 0) return FailureOfErrno(own_error);

  const BorrowedSignal signal;
  if (!signal.installed()) return FailureOfErrno(errno);
  int sent = 0;
  const auto self = static_cast<pid_t>(syscall(SYS_gettid));
  for (const pid_t thread : ThreadsOfProcess()) {
    // A thread that has ended in the meantime has nothing to run.
    if (thread != self && Send(thread, request.get())) sent += 1;
  }
  if (!Await(*request, sent)) {
    // A thread that wakes later must still find the request.
    (void)request.release();
    return FailureOfErrno(ETIMEDOUT);
  }
  const int error = request->error.load();
  if (error != 0) return FailureOfErrno(error);
  return std::nullopt;
}

}  // namespace sipgauge
