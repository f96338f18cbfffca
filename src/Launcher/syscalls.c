/*
 * The system calls' numbers on this architecture, for the node, which keeps the list of what is allowed by name. Printed
 * only where the kernel has what this program needs.
 */
#include "sandbox.h"

#include <linux/filter.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Younger than the headers of Debian 12; these have one number on every architecture. */
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif
#ifndef __NR_map_shadow_stack
#define __NR_map_shadow_stack 453
#endif

static const struct {
  const char *name;
  int number;
} system_calls[] = {
#include "system-calls.inc"
  {"fchmodat2", __NR_fchmodat2},
  {"map_shadow_stack", __NR_map_shadow_stack},
};

int print_system_calls(void)
{
  close(clone_tree("/", MOUNT_ATTR_RDONLY, MS_PRIVATE)); /* Linux 5.12, the youngest of what is needed. */
  for (size_t i = 0; i < sizeof system_calls / sizeof *system_calls; i++)
    printf("%s %d\n", system_calls[i].name, system_calls[i].number);
  return fflush(stdout) == 0 ? 0 : 1;
}
