// Each test runs in a child process, since what it gives up is gone for good.
#include "privileges_test.h"

#include <linux/capability.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>

#include "../src/privileges.h"
#include "../src/thread_broadcast.h"
#include "../src/user_account.h"

namespace sipgauge::test {

namespace {

constexpr int kThreads = 3;
constexpr uid_t kNobody = 65534;

using Capabilities = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

Capabilities ReadCapabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  Capabilities data{};
  syscall(SYS_capget, &header, data.data());
  return data;
}

bool WriteCapabilities(Capabilities data) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  return syscall(SYS_capset, &header, data.data()) == 0;
}

// Threads that block every signal, as one of Node's does, with the capabilities of their starter.
class BlockedThreads {
 public:
  BlockedThreads() {
    if (pipe(pipe_.data()) != 0) _exit(1);
    for (pthread_t& thread : threads_) pthread_create(&thread, nullptr, Wait, this);
    while (started_.load() < kThreads) usleep(1000);
  }
  ~BlockedThreads() {
    close(pipe_[1]);
    for (const pthread_t thread : threads_) pthread_join(thread, nullptr);
    close(pipe_[0]);
  }
  BlockedThreads(const BlockedThreads&) = delete;
  BlockedThreads& operator=(const BlockedThreads&) = delete;

 private:
  static void* Wait(void* self) {
    auto* threads = static_cast<BlockedThreads*>(self);
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    threads->started_.fetch_add(1);
    char byte = 0;
    while (read(threads->pipe_[0], &byte, 1) != 0) continue;
    return nullptr;
  }

  std::array<int, 2> pipe_{};
  std::array<pthread_t, kThreads> threads_{};
  std::atomic<int> started_{0};
};

// The child's answer travels as its exit status: 0 is right, else the number of the wrong step.
int InChild(int (*body)()) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool NoThreadHas(uint32_t capability_mask) {
  for (const pid_t thread : ThreadsOfProcess()) {
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, thread};
    Capabilities data{};
    if (syscall(SYS_capget, &header, data.data()) != 0) return false;
    const uint32_t held = data[0].permitted | data[0].effective | data[0].inheritable;
    if ((held & capability_mask) != 0 || data[1].permitted != 0) return false;
  }
  return ThreadsOfProcess().size() == kThreads + 1;
}

int BecomesNobody() {
  Capabilities inherited = ReadCapabilities();
  inherited[0].inheritable = inherited[0].permitted;
  if (!WriteCapabilities(inherited)) return 1;
  const BlockedThreads threads;
  if (BecomeUser({kNobody, kNobody, {kNobody}}).has_value()) return 2;
  if (getuid() != kNobody || geteuid() != kNobody || getgid() != kNobody) return 3;
  if (!NoThreadHas(UINT32_MAX)) return 4;
  return seteuid(0) == 0 ? 5 : 0;
}

int KeepsNetRawOnly() {
  constexpr uint32_t kNetRaw = 1U << CAP_NET_RAW;
  Capabilities some{};
  some[0].permitted = kNetRaw | (1U << CAP_NET_ADMIN);
  some[0].effective = some[0].permitted;
  some[0].inheritable = some[0].permitted;
  if (!WriteCapabilities(some)) return 1;
  const BlockedThreads threads;
  if (KeepOnlyNetRaw().has_value()) return 2;
  if (!NoThreadHas(~kNetRaw)) return 3;
  return ReadCapabilities()[0].effective == kNetRaw ? 0 : 4;
}

int ReportsWhatItMayNotDo() {
  if (setuid(kNobody) != 0) return 1;
  return BecomeUser({kNobody - 1, kNobody, {}}).has_value() ? 0 : 2;
}

void NeedingRoot(Run& run, int (*body)()) {
  if (geteuid() != 0) return run.Skip("not root");
  const int wrong_step = InChild(body);
  if (wrong_step != 0) std::printf("wrong at step %d\n", wrong_step);
  CHECK(wrong_step == 0);
}

void FindsUsersByName(Run& run) {
  const auto root = FindUser("root");
  CHECK(root.has_value() && root->uid == 0 && !root->groups.empty());
  CHECK(!FindUser("no-such-user-here").has_value());
}

}  // namespace

void TestPrivileges(Run& run) {
  run.Execute("users are found by name", FindsUsersByName);
  run.Execute("becoming a user clears every capability of every thread",
              [](Run& inner) { NeedingRoot(inner, BecomesNobody); });
  run.Execute("CAP_NET_RAW is kept, and nothing else, on every thread",
              [](Run& inner) { NeedingRoot(inner, KeepsNetRawOnly); });
  run.Execute("a change that the kernel refuses is reported",
              [](Run& inner) { NeedingRoot(inner, ReportsWhatItMayNotDo); });
}

}  // namespace sipgauge::test
