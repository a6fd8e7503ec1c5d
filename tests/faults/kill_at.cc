#include "faults/kill_at.h"

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <map>

namespace tacit::faults {
namespace {

constexpr int kSyscallStop = SIGTRAP | 0x80;

bool opens_for_writing(uint64_t flags) { return (flags & (O_ACCMODE | O_CREAT)) != 0; }

// The name of a call that may change a file, or nothing.
const char* changing_call(const __ptrace_syscall_info& info) {
  const auto& entry = info.entry;
  switch (entry.nr) {
    case SYS_openat:
      return opens_for_writing(entry.args[2]) ? "openat" : nullptr;
    case SYS_write:
      return entry.args[0] > STDERR_FILENO ? "write" : nullptr;
    default:
      break;
  }
  static const std::map<uint64_t, const char*> kCalls = {
      {SYS_fsync, "fsync"},         {SYS_pwrite64, "pwrite"}, {SYS_flock, "flock"},       {SYS_ftruncate, "ftruncate"},
      {SYS_renameat2, "renameat2"}, {SYS_linkat, "linkat"},   {SYS_unlinkat, "unlinkat"},
#ifdef SYS_rename
      {SYS_rename, "rename"},       {SYS_link, "link"},       {SYS_unlink, "unlink"},
#endif
#ifdef SYS_renameat
      {SYS_renameat, "renameat"},
#endif
  };
  const auto at = kCalls.find(entry.nr);
  return at == kCalls.end() ? nullptr : at->second;
}

#if defined(__x86_64__)
void set_register(pid_t pid, size_t offset, long value) { ::ptrace(PTRACE_POKEUSER, pid, offset, value); }
// On entry: another call takes this one's place, one that doesn't exist. On exit: its error is that of a full disk.
void skip_call(pid_t pid) { set_register(pid, offsetof(user_regs_struct, orig_rax), -1); }
void set_error(pid_t pid) { set_register(pid, offsetof(user_regs_struct, rax), -ENOSPC); }
#else
void skip_call(pid_t) {}
void set_error(pid_t) {}
#endif

// Follows a child that has stopped itself, to its end.
Outcome follow(pid_t pid, size_t n, Fault fault) {
  Outcome out;
  ::waitpid(pid, &out.status, 0);
  ::ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  size_t count = 0;
  bool failing = false;
  int signal = 0;
  while (true) {
    ::ptrace(PTRACE_SYSCALL, pid, 0, signal);
    ::waitpid(pid, &out.status, 0);
    if (!WIFSTOPPED(out.status)) return out;
    signal = WSTOPSIG(out.status) == SIGTRAP ? 0 : WSTOPSIG(out.status);
    if (signal != kSyscallStop) continue;
    signal = 0;
    __ptrace_syscall_info info{};
    ::ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && failing) {
      set_error(pid);
      failing = false;
    }
    const char* call = info.op == PTRACE_SYSCALL_INFO_ENTRY ? changing_call(info) : nullptr;
    if (call == nullptr || ++count != n) continue;
    out.reached = true;
    out.call = call;
    failing = fault == Fault::kFail;
    if (failing) {
      skip_call(pid);
    } else {
      ::kill(pid, SIGKILL);
    }
  }
}

}  // namespace

bool supported(Fault fault) {
#if defined(__x86_64__)
  return fault == Fault::kKill || fault == Fault::kFail;
#else
  return fault == Fault::kKill;
#endif
}

Outcome run(const std::vector<std::string>& arguments, size_t n, Fault fault) {
  std::vector<char*> list;
  for (const std::string& argument : arguments) list.push_back(const_cast<char*>(argument.c_str()));
  list.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::ptrace(PTRACE_TRACEME, 0, 0, 0);
    ::execvp(list[0], list.data());
    ::_exit(127);
  }
  return follow(pid, n, fault);
}

Outcome run(int (*function)(void*), void* argument, size_t n, Fault fault) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::ptrace(PTRACE_TRACEME, 0, 0, 0);
    ::raise(SIGSTOP);
    ::_exit(function(argument));
  }
  return follow(pid, n, fault);
}

}  // namespace tacit::faults
