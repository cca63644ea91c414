// Runs a system call on every thread of the process, where the kernel keeps something per thread
// that the C library does not spread by itself (capabilities).
#ifndef SIPGAUGE_THREAD_BROADCAST_H_
#define SIPGAUGE_THREAD_BROADCAST_H_

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "failure.h"

namespace sipgauge {

// All threads there are at the moment, the calling one too; empty when /proc can't be read.
std::vector<pid_t> ThreadsOfProcess();

// Runs inside a signal handler: system calls only. Returns 0 or an errno.
using ThreadAction = int (*)(uint64_t argument);

// Returns when every thread has run `action`, or a failure: an action's errno, or ETIMEDOUT.
MaybeFailure RunOnEveryThread(ThreadAction action, uint64_t argument);

}  // namespace sipgauge

#endif  // SIPGAUGE_THREAD_BROADCAST_H_
