// A user's numbers, from the system's user database.
#ifndef SIPGAUGE_USER_ACCOUNT_H_
#define SIPGAUGE_USER_ACCOUNT_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace sipgauge {

struct UserAccount {
  uid_t uid = 0;
  gid_t gid = 0;
  // All of the user's groups, `gid` among them.
  std::vector<gid_t> groups;
};

std::optional<UserAccount> FindUser(const std::string& name);

}  // namespace sipgauge

#endif  // SIPGAUGE_USER_ACCOUNT_H_
