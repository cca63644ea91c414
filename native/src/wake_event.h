// An eventfd: wakes the capture thread out of poll. Closes itself.
#ifndef SIPGAUGE_WAKE_EVENT_H_
#define SIPGAUGE_WAKE_EVENT_H_

namespace sipgauge {

class WakeEvent {
 public:
  WakeEvent();
  ~WakeEvent();
  WakeEvent(const WakeEvent&) = delete;
  WakeEvent& operator=(const WakeEvent&) = delete;

  // False when the process is out of descriptors.
  [[nodiscard]] bool valid() const { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

  void Signal() const;
  // Forgets the signals so far.
  void Reset() const;

 private:
  int descriptor_;
};

}  // namespace sipgauge

#endif  // SIPGAUGE_WAKE_EVENT_H_
