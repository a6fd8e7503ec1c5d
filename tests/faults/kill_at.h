// Runs a process up to its n-th call that may change a file, and lets it die or fail there.
//
// The process is traced: every system call stops it on entry. Calls that may change a file or a lock are counted from 1:
// open for writing, write (not to the standard streams), fsync, rename, link, unlink, truncate, flock.
#pragma once

#include <string>
#include <vector>

namespace tacit::faults {

enum class Fault {
  kKill,  // SIGKILL before the call has any effect
  kFail   // the call has no effect and fails for lack of space (x86-64 only)
};

struct Outcome {
  bool reached = false;  // the n-th call was made
  int status = 0;        // as waitpid gives it
  std::string call;      // name of the n-th call
};

// Is there support for this fault on this machine?
bool supported(Fault fault);

// `arguments`: a program, searched for in PATH, and its arguments.
Outcome run(const std::vector<std::string>& arguments, size_t n, Fault fault);

// The same for a function in a child of this process, which must have no other threads; its result is the exit status.
Outcome run(int (*function)(void*), void* argument, size_t n, Fault fault);

}  // namespace tacit::faults
