// The addon's files that know nothing of Node, as a program that sanitizers and valgrind can watch.
#include <cstring>

#include "block_test.h"
#include "capture_test.h"
#include "merge_test.h"
#include "privileges_test.h"

// --without-privileges: for valgrind, which runs all threads on one and keeps signals for itself.
int main(int count, char** arguments) {
  const bool privileges = count < 2 || std::strcmp(arguments[1], "--without-privileges") != 0;
  sipgauge::test::Run run;
  sipgauge::test::TestBlocks(run);
  sipgauge::test::TestMerge(run);
  // Before the captures, which leave the network namespace for another.
  if (privileges) sipgauge::test::TestPrivileges(run);
  sipgauge::test::TestCapture(run);
  return run.Finish();
}
