#include "capture_handle.h"

#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "interface_list.h"

namespace sipgauge {

namespace {

constexpr char kAnyInterface[] = "any";
constexpr uint16_t kLinktypeRaw = 101;

// DLT_ and LINKTYPE_ values agree for what Linux interfaces give, but for raw IP
// (tcpdump.org/linktypes.html).
uint16_t LinktypeOf(int datalink) {
  return datalink == DLT_RAW ? kLinktypeRaw : static_cast<uint16_t>(datalink);
}

int DatalinkOf(int linktype) { return linktype == kLinktypeRaw ? DLT_RAW : linktype; }

Failure FailureOf(pcap_t* pcap, int status) {
  const char* detail = pcap_geterr(pcap);
  const bool has_detail = status == PCAP_ERROR || (detail != nullptr && detail[0] != '\0');
  return {status, 0, has_detail ? detail : pcap_statustostr(status)};
}

bool Configure(pcap_t* pcap, const CaptureSettings& settings, bool promiscuous) {
  return pcap_set_snaplen(pcap, static_cast<int>(settings.snaplen)) == 0 &&
         pcap_set_promisc(pcap, promiscuous ? 1 : 0) == 0 &&
         pcap_set_timeout(pcap, static_cast<int>(settings.read_timeout_ms)) == 0 &&
         pcap_set_buffer_size(pcap, static_cast<int>(settings.buffer_bytes)) == 0;
}

// Counters of an interface start anew when its driver does: then a step back is no loss.
uint64_t Increase(u_int before, u_int now) {
  const auto difference = static_cast<int32_t>(now - before);
  return difference > 0 ? static_cast<uint64_t>(difference) : 0;
}

}  // namespace

std::variant<std::unique_ptr<CaptureHandle>, Failure> CaptureHandle::Open(
    const CaptureSettings& settings) {
  char error[PCAP_ERRBUF_SIZE] = {};
  PcapPointer pcap(pcap_create(settings.interface.c_str(), error));
  if (!pcap) return Failure{PCAP_ERROR, 0, error};

  const bool any = settings.interface == kAnyInterface;
  if (!Configure(pcap.get(), settings, settings.promiscuous && !any)) {
    return FailureOf(pcap.get(), PCAP_ERROR);
  }
  // Never immediate mode: with it the kernel's ring has slots of snaplen instead of packed blocks.
  const bool nanoseconds = pcap_set_tstamp_precision(pcap.get(), PCAP_TSTAMP_PRECISION_NANO) == 0;
  const int status = pcap_activate(pcap.get());
  if (status < 0) return FailureOf(pcap.get(), status);

  // SLL2 names the interface of each packet and knows VLAN tags; older libraries have SLL only.
  if (any) (void)pcap_set_datalink(pcap.get(), DLT_LINUX_SLL2);
  if (pcap_setnonblock(pcap.get(), 1, error) != 0) return Failure{PCAP_ERROR, 0, error};

  std::unique_ptr<CaptureHandle> handle(new CaptureHandle(std::move(pcap)));
  handle->poll_descriptor_ = pcap_get_selectable_fd(handle->pcap_.get());
  handle->snaplen_ = static_cast<uint32_t>(pcap_snapshot(handle->pcap_.get()));
  handle->interface_number_ = any ? 0 : if_nametoindex(settings.interface.c_str());
  if (IsLoopback(handle->interface_number_)) handle->IgnoreOutgoing();
  handle->linktype_ = LinktypeOf(pcap_datalink(handle->pcap_.get()));
  handle->nanoseconds_ = nanoseconds;
  return handle;
}

void CaptureHandle::IgnoreOutgoing() const {
  const int ignore = 1;
  // Since Linux 4.20. Before, all works, but the ring holds half as much and losses count double.
  (void)setsockopt(pcap_fileno(pcap_.get()), SOL_PACKET, PACKET_IGNORE_OUTGOING, &ignore,
                   sizeof ignore);
}

MaybeFailure CaptureHandle::SetFilter(const std::string& text) {
  FilterProgram program;
  if (pcap_compile(pcap_.get(), &program, text.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0 ||
      pcap_setfilter(pcap_.get(), &program) != 0) {
    return FailureOf(pcap_.get(), PCAP_ERROR);
  }
  return std::nullopt;
}

uint32_t CaptureHandle::Fill(PacketBlock& block) {
  const uint32_t room = block.PacketsThatFit(snaplen_);
  if (room == 0 || failure_.has_value()) return 0;
  const uint32_t before = block.count();
  sink_ = &block;
  const int status =
      // The cast is libpcap's interface: `user` comes back to OnPacket untouched.
      pcap_dispatch(pcap_.get(), static_cast<int>(room), OnPacket, reinterpret_cast<u_char*>(this));
  sink_ = nullptr;
  if (status < 0) failure_ = FailureOf(pcap_.get(), status);
  return block.count() - before;
}

void CaptureHandle::OnPacket(u_char* user, const pcap_pkthdr* header, const u_char* packet) {
  auto* handle = reinterpret_cast<CaptureHandle*>(user);
  if (!handle->sink_->Fits(header->caplen)) {
    handle->oversize_ += 1;
    return;
  }
  const auto fraction = static_cast<double>(header->ts.tv_usec);
  const PacketHeader row = {
      .timestamp_us = static_cast<double>(header->ts.tv_sec) * 1e6 +
                      (handle->nanoseconds_ ? fraction / 1e3 : fraction),
      .caplen = header->caplen,
      .len = header->len < header->caplen ? header->caplen : header->len,
      .linktype = handle->linktype_,
      .interface_index = handle->position_,
  };
  handle->sink_->Append(row, packet);
}

int CaptureHandle::TakeSocketError() const {
  int error = 0;
  socklen_t length = sizeof error;
  const int result = getsockopt(pcap_fileno(pcap_.get()), SOL_SOCKET, SO_ERROR, &error, &length);
  return result == 0 ? error : errno;
}

bool CaptureHandle::Bound() const {
  sockaddr_ll address{};
  socklen_t length = sizeof address;
  if (getsockname(pcap_fileno(pcap_.get()), reinterpret_cast<sockaddr*>(&address), &length) != 0 ||
      address.sll_family != AF_PACKET) {
    // Not a packet socket: nothing is known, so nothing is wrong.
    return true;
  }
  return static_cast<unsigned>(address.sll_ifindex) == interface_number_;
}

NewDrops CaptureHandle::TakeDrops() {
  pcap_stat now{};
  if (pcap_stats(pcap_.get(), &now) != 0) return {};
  const NewDrops drops = {Increase(seen_dropped_, now.ps_drop),
                          Increase(seen_interface_dropped_, now.ps_ifdrop)};
  seen_dropped_ = now.ps_drop;
  seen_interface_dropped_ = now.ps_ifdrop;
  return drops;
}

MaybeFailure CompileFilter(int linktype, int snaplen, const std::string& text) {
  const std::unique_ptr<pcap_t, decltype(&pcap_close)> dead(
      pcap_open_dead(DatalinkOf(linktype), snaplen), pcap_close);
  if (!dead) return Failure{PCAP_ERROR, ENOMEM, std::strerror(ENOMEM)};
  FilterProgram program;
  if (pcap_compile(dead.get(), &program, text.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0) {
    return std::nullopt;
  }
  return FailureOf(dead.get(), PCAP_ERROR);
}

}  // namespace sipgauge
