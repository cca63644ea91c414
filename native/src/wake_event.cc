#include "wake_event.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace sipgauge {

WakeEvent::WakeEvent() : descriptor_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

WakeEvent::~WakeEvent() {
  if (valid()) close(descriptor_);
}

void WakeEvent::Signal() const {
  // EAGAIN means that the counter is full, hence that the reader is woken anyway.
  [[maybe_unused]] const int result = eventfd_write(descriptor_, 1);
}

void WakeEvent::Reset() const {
  eventfd_t ignored = 0;
  // EAGAIN means that there was no signal, which is what is wanted.
  [[maybe_unused]] const int result = eventfd_read(descriptor_, &ignored);
}

}  // namespace sipgauge
