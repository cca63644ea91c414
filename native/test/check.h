// A test is a function with a sentence for a name. A failed check says where and goes on; a test
// that lacks what it needs says so and counts as skipped.
#ifndef SIPGAUGE_TEST_CHECK_H_
#define SIPGAUGE_TEST_CHECK_H_

#include <cstdio>
#include <string>

namespace sipgauge::test {

class Run {
 public:
  using Test = void (*)(Run& run);

  void Execute(const char* sentence, Test test) {
    const int failures_before = failures_;
    skip_reason_.clear();
    test(*this);
    if (!skip_reason_.empty()) {
      skipped_ += 1;
      std::printf("skipped: %s: %s\n", sentence, skip_reason_.c_str());
    } else if (failures_ == failures_before) {
      passed_ += 1;
      std::printf("ok: %s\n", sentence);
    } else {
      failed_ += 1;
      std::printf("FAILED: %s\n", sentence);
    }
  }

  void Check(bool holds, const char* what, const char* file, int line) {
    if (holds) return;
    failures_ += 1;
    std::printf("%s:%d: not so: %s\n", file, line, what);
  }

  void Skip(const std::string& reason) { skip_reason_ = reason; }

  [[nodiscard]] int Finish() const {
    std::printf("%d passed, %d failed, %d skipped\n", passed_, failed_, skipped_);
    return failed_ == 0 ? 0 : 1;
  }

 private:
  int passed_ = 0;
  int failed_ = 0;
  int skipped_ = 0;
  int failures_ = 0;
  std::string skip_reason_;
};

}  // namespace sipgauge::test

#define CHECK(condition) run.Check((condition), #condition, __FILE__, __LINE__)

#endif  // SIPGAUGE_TEST_CHECK_H_
