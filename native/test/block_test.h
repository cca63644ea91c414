#ifndef SIPGAUGE_TEST_BLOCK_TEST_H_
#define SIPGAUGE_TEST_BLOCK_TEST_H_

#include "check.h"

namespace sipgauge::test {

void TestBlocks(Run& run);

}  // namespace sipgauge::test

#endif  // SIPGAUGE_TEST_BLOCK_TEST_H_
