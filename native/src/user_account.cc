#include "user_account.h"

#include <grp.h>
#include <pwd.h>

#include <cerrno>

namespace sipgauge {

namespace {

constexpr size_t kRecordBytesFirst = 1024;
constexpr size_t kRecordBytesMax = size_t{1024} * 1024;
constexpr int kGroupsMax = 65536;

std::vector<gid_t> GroupsOf(const char* name, gid_t gid) {
  int count = 32;
  std::vector<gid_t> groups(static_cast<size_t>(count));
  while (getgrouplist(name, gid, groups.data(), &count) < 0 && count <= kGroupsMax) {
    groups.resize(static_cast<size_t>(count));
  }
  groups.resize(static_cast<size_t>(count));
  return groups;
}

}  // namespace

std::optional<UserAccount> FindUser(const std::string& name) {
  std::vector<char> buffer(kRecordBytesFirst);
  passwd record{};
  passwd* found = nullptr;
  int error = getpwnam_r(name.c_str(), &record, buffer.data(), buffer.size(), &found);
  while (error == ERANGE && buffer.size() < kRecordBytesMax) {
    buffer.resize(buffer.size() * 2);
    error = getpwnam_r(name.c_str(), &record, buffer.data(), buffer.size(), &found);
  }
  if (error != 0 || found == nullptr) return std::nullopt;
  return UserAccount{record.pw_uid, record.pw_gid, GroupsOf(name.c_str(), record.pw_gid)};
}

}  // namespace sipgauge
