// One interface opened through libpcap: create, activate, filter, drain without waiting, count
// losses. Everything about threads and memory is its owner's.
#ifndef SIPGAUGE_CAPTURE_HANDLE_H_
#define SIPGAUGE_CAPTURE_HANDLE_H_

#include <pcap/pcap.h>

#include <memory>
#include <string>
#include <variant>

#include "failure.h"
#include "packet_input.h"

namespace sipgauge {

struct CaptureSettings {
  std::string interface;
  uint32_t snaplen = 65535;
  // Of the kernel's ring.
  uint32_t buffer_bytes = 0;
  bool promiscuous = true;
  // The kernel shows a partly filled part of its ring after this time.
  uint32_t read_timeout_ms = 0;
};

// Losses since the last question.
struct NewDrops {
  uint64_t by_kernel = 0;
  uint64_t by_interface = 0;
};

struct FilterProgram : bpf_program {
  FilterProgram() : bpf_program{} {}
  ~FilterProgram() { pcap_freecode(this); }
  FilterProgram(const FilterProgram&) = delete;
  FilterProgram& operator=(const FilterProgram&) = delete;
};

class CaptureHandle final : public PacketInput {
 public:
  static std::variant<std::unique_ptr<CaptureHandle>, Failure> Open(
      const CaptureSettings& settings);

  MaybeFailure SetFilter(const std::string& text);

  // Which row of the source's interfaces its packets carry.
  void set_position(uint16_t position) { position_ = position; }

  uint32_t Fill(PacketBlock& block) override;
  [[nodiscard]] uint32_t snaplen() const override { return snaplen_; }
  [[nodiscard]] bool usable() const override { return !failure_.has_value(); }

  [[nodiscard]] const MaybeFailure& failure() const { return failure_; }
  // Readable when packets can be had; a pending socket error shows as POLLERR.
  [[nodiscard]] int poll_descriptor() const { return poll_descriptor_; }
  // Takes the error that the kernel left on the socket (ENETDOWN …), 0 for none.
  [[nodiscard]] int TakeSocketError() const;
  // False once the interface was removed: an interface of the same number would be another one, and
  // this handle stays silent.
  [[nodiscard]] bool Bound() const;
  void Fail(const Failure& failure) { failure_ = failure; }

  // A LINKTYPE_ value, not a DLT_ one.
  [[nodiscard]] uint16_t linktype() const { return linktype_; }
  // The kernel's number of the interface; 0 for `any`.
  [[nodiscard]] unsigned interface_number() const { return interface_number_; }
  [[nodiscard]] bool nanoseconds() const { return nanoseconds_; }

  NewDrops TakeDrops();
  // Packets for which there was no place in the block, because libpcap broke its word about
  // snaplen.
  [[nodiscard]] uint64_t oversize() const { return oversize_; }

 private:
  struct PcapCloser {
    void operator()(pcap_t* handle) const { pcap_close(handle); }
  };
  using PcapPointer = std::unique_ptr<pcap_t, PcapCloser>;

  explicit CaptureHandle(PcapPointer pcap) : pcap_(std::move(pcap)) {}
  // On a loopback interface each packet is also outgoing; libpcap drops those after the kernel's
  // ring.
  void IgnoreOutgoing() const;
  static void OnPacket(u_char* user, const pcap_pkthdr* header, const u_char* packet);

  PcapPointer pcap_;
  MaybeFailure failure_;
  int poll_descriptor_ = -1;
  uint32_t snaplen_ = 0;
  unsigned interface_number_ = 0;
  uint16_t linktype_ = 0;
  uint16_t position_ = 0;
  bool nanoseconds_ = false;
  u_int seen_dropped_ = 0;
  u_int seen_interface_dropped_ = 0;
  uint64_t oversize_ = 0;
  // Where OnPacket puts packets during Fill.
  PacketBlock* sink_ = nullptr;
};

// Checks a filter without an interface.
MaybeFailure CompileFilter(int linktype, int snaplen, const std::string& text);

}  // namespace sipgauge

#endif  // SIPGAUGE_CAPTURE_HANDLE_H_
