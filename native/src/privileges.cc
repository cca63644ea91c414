#include "privileges.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "thread_broadcast.h"

namespace sipgauge {

namespace {

constexpr uint64_t kNetRaw = uint64_t{1} << CAP_NET_RAW;

Failure FailureOfErrno(int number) { return {0, number, std::strerror(number)}; }

// On one thread: permitted and effective become what is both held and in `kept`; inheritable and
// ambient become empty.
int LimitCapabilities(uint64_t kept) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL) {
    return errno;
  }
  if (syscall(SYS_capget, &header, data.data()) != 0) return errno;
  for (size_t word = 0; word < data.size(); ++word) {
    const auto mask = static_cast<uint32_t>(kept >> (32 * word));
    data[word].permitted &= mask;
    data[word].effective = data[word].permitted;
    data[word].inheritable = 0;
  }
  return syscall(SYS_capset, &header, data.data()) == 0 ? 0 : errno;
}

// What /proc/self/task/N/status must say.
struct Expectation {
  const UserAccount* account;  // nullptr: ids are not looked at.
  uint64_t capabilities_max;
};

bool AllAre(const std::string& values, unsigned long expected) {
  std::istringstream stream(values);
  unsigned long value = 0;
  while (stream >> value) {
    if (value != expected) return false;
  }
  return true;
}

bool SameGroups(const std::string& values, std::vector<gid_t> expected) {
  std::istringstream stream(values);
  std::vector<gid_t> found;
  gid_t group = 0;
  while (stream >> group) found.push_back(group);
  std::sort(found.begin(), found.end());
  std::sort(expected.begin(), expected.end());
  expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
  return found == expected;
}

bool LineHolds(std::string_view name, const std::string& value, const Expectation& expected) {
  if (name == "CapPrm" || name == "CapEff") {
    return (std::strtoull(value.c_str(), nullptr, 16) & ~expected.capabilities_max) == 0;
  }
  if (name == "CapInh" || name == "CapAmb") {
    return std::strtoull(value.c_str(), nullptr, 16) == 0;
  }
  if (expected.account == nullptr) return true;
  if (name == "Uid") return AllAre(value, expected.account->uid);
  if (name == "Gid") return AllAre(value, expected.account->gid);
  if (name == "Groups") return SameGroups(value, expected.account->groups);
  return true;
}

// The first line of a thread's status that is not as expected; empty when all are.
std::string WrongLine(const std::string& thread, const Expectation& expected) {
  std::ifstream status("/proc/self/task/" + thread + "/status");
  // The thread has ended.
  if (!status) return {};
  std::string line;
  while (std::getline(status, line)) {
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string_view name = std::string_view(line).substr(0, colon);
    if (!LineHolds(name, line.substr(colon + 1), expected)) return line;
  }
  return {};
}

MaybeFailure Verify(const Expectation& expected) {
  const std::vector<pid_t> threads = ThreadsOfProcess();
  if (threads.empty()) return FailureOfErrno(ENOENT);
  for (const pid_t thread : threads) {
    std::string wrong = WrongLine(std::to_string(thread), expected);
    if (!wrong.empty()) return Failure{0, EPERM, std::move(wrong)};
  }
  return std::nullopt;
}

MaybeFailure LimitEveryThread(uint64_t kept, const Expectation& expected) {
  // Most often the kernel has done it all with the change of ids, and no thread need be disturbed.
  if (!Verify(expected).has_value()) return std::nullopt;
  MaybeFailure failure = RunOnEveryThread(LimitCapabilities, kept);
  if (failure.has_value()) return failure;
  return Verify(expected);
}

}  // namespace

MaybeFailure BecomeUser(const UserAccount& account) {
  // Each of these the C library applies to all threads. Groups first: afterwards it is forbidden.
  if (setgroups(account.groups.size(), account.groups.data()) != 0 ||
      setresgid(account.gid, account.gid, account.gid) != 0 ||
      setresuid(account.uid, account.uid, account.uid) != 0) {
    return FailureOfErrno(errno);
  }
  return LimitEveryThread(0, {&account, 0});
}

MaybeFailure KeepOnlyNetRaw() { return LimitEveryThread(kNetRaw, {nullptr, kNetRaw}); }

}  // namespace sipgauge
