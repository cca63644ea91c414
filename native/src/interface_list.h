// What the host has in interfaces: names, addresses, numbers, flags.
#ifndef SIPGAUGE_INTERFACE_LIST_H_
#define SIPGAUGE_INTERFACE_LIST_H_

#include <string>
#include <variant>
#include <vector>

#include "failure.h"

namespace sipgauge {

struct InterfaceDescription {
  std::string name;
  std::string description;
  // IPv4 and IPv6, as text without a zone.
  std::vector<std::string> addresses;
  // PCAP_IF_ bits.
  unsigned flags = 0;
};

std::variant<std::vector<InterfaceDescription>, Failure> ListInterfaces();

// 0 when there is none of that name.
unsigned InterfaceNumber(const std::string& name);

enum class InterfaceState : unsigned char { kGone, kDown, kUp };

// Of the interface that has this number now.
InterfaceState StateOfInterface(unsigned number);

bool IsLoopback(unsigned number);

}  // namespace sipgauge

#endif  // SIPGAUGE_INTERFACE_LIST_H_
