// The two clocks: the one that stamps packets, and the one that measures waiting.
#ifndef SIPGAUGE_CLOCKS_H_
#define SIPGAUGE_CLOCKS_H_

#include <cstdint>
#include <ctime>

namespace sipgauge {

// Microseconds since the epoch, as the kernel stamps packets.
inline double RealtimeUs() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// Never steps; its zero means nothing.
inline int64_t MonotonicMs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace sipgauge

#endif  // SIPGAUGE_CLOCKS_H_
