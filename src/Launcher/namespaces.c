/* Makes the process that becomes the sandbox's first one. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The network namespace belongs to this machine, so it is entered before the new user namespace is. Of the rest, the
 * user namespace comes first (the kernel sees to that) and owns the others.
 */
pid_t start_in_namespaces(const struct settings *settings)
{
  int network = checked(open(settings->network, O_RDONLY | O_CLOEXEC), "open", settings->network);
  checked(setns(network, CLONE_NEWNET), "setns", settings->network);
  close(network);
  struct clone_args arguments = {
    .flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS,
    .exit_signal = SIGCHLD,
  };
  if (settings->unified != NULL) {
    /* Moving a process there takes a lock of the whole machine, about 10 ms; one is born there for nothing. */
    arguments.cgroup = (unsigned)checked(open(settings->unified, O_PATH | O_DIRECTORY | O_CLOEXEC), "open", settings->unified);
    arguments.flags |= CLONE_INTO_CGROUP;
  }
  return (pid_t)checked((int)syscall(SYS_clone3, &arguments, sizeof arguments), "clone3", "into new namespaces");
}

/* Written from outside, which alone may map a range; afterwards it cannot be changed. */
void map_ids(pid_t child, const struct settings *settings)
{
  char path[64], map[64];
  snprintf(map, sizeof map, "0 %u %u\n", settings->first_id, settings->id_count);
  snprintf(path, sizeof path, "/proc/%d/uid_map", (int)child);
  write_file(path, map);
  snprintf(path, sizeof path, "/proc/%d/gid_map", (int)child);
  write_file(path, map);
}

void become_root_inside(const struct settings *settings)
{
  checked(setgroups(0, NULL), "setgroups", "");
  checked(setresgid(0, 0, 0), "setresgid", "");
  checked(setresuid(0, 0, 0), "setresuid", "");
  checked(setsid(), "setsid", "");
  checked(sethostname(settings->hostname, strlen(settings->hostname)), "sethostname", settings->hostname);
  /* The node's session keyring is inherited otherwise. */
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS)
    fail("join a new session keyring");
  /* Only now: a cgroup namespace begins where its maker is, and this process is in its groups since its birth. */
  checked(unshare(CLONE_NEWCGROUP), "unshare", "the cgroup namespace");
}
