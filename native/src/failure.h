// What went wrong, as values: the addon throws nothing and leaves the wording of messages for
// people to TypeScript.
#ifndef SIPGAUGE_FAILURE_H_
#define SIPGAUGE_FAILURE_H_

#include <optional>
#include <string>

namespace sipgauge {

struct Failure {
  // A PCAP_ERROR_ value where libpcap gave one, else 0.
  int pcap_status = 0;
  // An errno where the kernel gave one, else 0.
  int error_number = 0;
  // libpcap's or the C library's own words; may be empty.
  std::string text;
};

using MaybeFailure = std::optional<Failure>;

}  // namespace sipgauge

#endif  // SIPGAUGE_FAILURE_H_
