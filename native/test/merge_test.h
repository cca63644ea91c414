#ifndef SIPGAUGE_TEST_MERGE_TEST_H_
#define SIPGAUGE_TEST_MERGE_TEST_H_

#include "check.h"

namespace sipgauge::test {

void TestMerge(Run& run);

}  // namespace sipgauge::test

#endif  // SIPGAUGE_TEST_MERGE_TEST_H_
