// Giving up what was needed to open interfaces, on every thread of the process: the kernel keeps
// ids and capabilities per thread, and V8's, libuv's and workers' threads are running already. What
// was done is then read back from /proc.
#ifndef SIPGAUGE_PRIVILEGES_H_
#define SIPGAUGE_PRIVILEGES_H_

#include "failure.h"
#include "user_account.h"

namespace sipgauge {

// Becomes `account` with no capability left. Needs to be root.
MaybeFailure BecomeUser(const UserAccount& account);

// Keeps CAP_NET_RAW where it is held, and nothing else. The ids stay.
MaybeFailure KeepOnlyNetRaw();

}  // namespace sipgauge

#endif  // SIPGAUGE_PRIVILEGES_H_
