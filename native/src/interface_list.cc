#include "interface_list.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>

namespace sipgauge {

namespace {

std::optional<std::string> AddressText(const sockaddr* address) {
  if (address == nullptr) return std::nullopt;
  char text[INET6_ADDRSTRLEN] = {};
  const char* result = nullptr;
  if (address->sa_family == AF_INET) {
    const auto* ipv4 = reinterpret_cast<const sockaddr_in*>(address);
    result = inet_ntop(AF_INET, &ipv4->sin_addr, text, sizeof text);
  } else if (address->sa_family == AF_INET6) {
    const auto* ipv6 = reinterpret_cast<const sockaddr_in6*>(address);
    result = inet_ntop(AF_INET6, &ipv6->sin6_addr, text, sizeof text);
  }
  if (result == nullptr) return std::nullopt;
  return std::string(text);
}

// IFF_ bits; nothing when there is no interface of this number.
std::optional<int> FlagsOf(unsigned number) {
  ifreq request{};
  if (if_indextoname(number, request.ifr_name) == nullptr) return std::nullopt;
  const int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  // Without a descriptor to ask with: there, and not known to be up.
  if (descriptor < 0) return 0;
  const bool known = ioctl(descriptor, SIOCGIFFLAGS, &request) == 0;
  close(descriptor);
  if (!known) return std::nullopt;
  return request.ifr_flags;
}

}  // namespace

std::variant<std::vector<InterfaceDescription>, Failure> ListInterfaces() {
  char error[PCAP_ERRBUF_SIZE] = {};
  pcap_if_t* first = nullptr;
  if (pcap_findalldevs(&first, error) != 0) return Failure{PCAP_ERROR, 0, error};
  const std::unique_ptr<pcap_if_t, decltype(&pcap_freealldevs)> owner(first, pcap_freealldevs);

  std::vector<InterfaceDescription> list;
  for (const pcap_if_t* entry = first; entry != nullptr; entry = entry->next) {
    InterfaceDescription& interface = list.emplace_back();
    interface.name = entry->name;
    interface.description = entry->description == nullptr ? "" : entry->description;
    interface.flags = entry->flags;
    for (const pcap_addr* address = entry->addresses; address != nullptr; address = address->next) {
      std::optional<std::string> text = AddressText(address->addr);
      if (text.has_value()) interface.addresses.push_back(std::move(*text));
    }
  }
  return list;
}

unsigned InterfaceNumber(const std::string& name) { return if_nametoindex(name.c_str()); }

InterfaceState StateOfInterface(unsigned number) {
  const std::optional<int> flags = FlagsOf(number);
  if (!flags.has_value()) return InterfaceState::kGone;
  return (*flags & IFF_UP) != 0 ? InterfaceState::kUp : InterfaceState::kDown;
}

bool IsLoopback(unsigned number) { return (FlagsOf(number).value_or(0) & IFF_LOOPBACK) != 0; }

}  // namespace sipgauge
