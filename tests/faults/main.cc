// kill_at N PROGRAM ARGUMENT…   kills the program before its N-th call that may change a file
// fail_at …                     (kill_at by this name) lets that call fail for lack of space
//
// Exit status: that of the program; 200 if it was killed at that call; 201 if the machine has no support. The last line
// on stderr is "reached CALL" when the N-th call was made.

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>

#include "faults/kill_at.h"

int main(int argc, char** argv) {
  using namespace tacit::faults;
  if (argc < 3) return 2;
  const std::string self = argv[0];
  const Fault fault = self.substr(self.rfind('/') + 1) == "fail_at" ? Fault::kFail : Fault::kKill;
  if (!supported(fault)) return 201;
  ::setenv("LSAN_OPTIONS", "detect_leaks=0", 0);  // a leak checker is a tracer, too
  const Outcome outcome = run({argv + 2, argv + argc}, std::strtoul(argv[1], nullptr, 10), fault);
  if (outcome.reached) std::fprintf(stderr, "reached %s\n", outcome.call.c_str());
  return WIFSIGNALED(outcome.status) ? 200 : WEXITSTATUS(outcome.status);
}
