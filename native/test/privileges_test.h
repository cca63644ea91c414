#ifndef SIPGAUGE_TEST_PRIVILEGES_TEST_H_
#define SIPGAUGE_TEST_PRIVILEGES_TEST_H_

#include "check.h"

namespace sipgauge::test {

void TestPrivileges(Run& run);

}  // namespace sipgauge::test

#endif  // SIPGAUGE_TEST_PRIVILEGES_TEST_H_
