/* Gives up, for good, everything that the sandbox's program may not have. */
#include "sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

void set_limits(const struct settings *settings)
{
  for (size_t i = 0; i < settings->limit_count; i++) {
    const struct rlimit limit = {settings->limits[i].value, settings->limits[i].value};
    checked(setrlimit(settings->limits[i].resource, &limit), "setrlimit", "");
  }
}

/* The bounding set first: that takes a capability. An unknown number is past the kernel's last. */
static void drop_capabilities(void)
{
  for (int capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++) {
  }
  if (errno != EINVAL)
    fail("drop the bounding set");
  checked(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "drop", "the ambient capabilities");
}

static void clear_capabilities(void)
{
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}, {0, 0, 0}};
  checked((int)syscall(SYS_capset, &header, none), "capset", "");
}

void drop_privileges(const struct settings *settings)
{
  drop_capabilities();
  checked(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl", "no new privileges");
  checked(setgroups(0, NULL), "setgroups", "");
  checked(setresgid(settings->group, settings->group, settings->group), "setresgid", "");
  checked(setresuid(settings->user, settings->user, settings->user), "setresuid", "");
  clear_capabilities();
}

void install_filter(const struct settings *settings)
{
  struct sock_fprog program = {
    .len = (unsigned short)(settings->filter_bytes / sizeof(struct sock_filter)),
    .filter = (struct sock_filter *)settings->filter,
  };
  checked((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program), "seccomp", "");
}
