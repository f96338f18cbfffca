/*
 * hearth-sandbox makes one container and executes its first process in it. What it is told comes as records over
 * descriptor 5 (settings.c); the answer, the process's number on this machine, goes back the same way. Descriptors 0 to
 * 2, and the one or two from 3 on, are the sandbox's.
 *
 * Two processes: the launcher, root on this machine, opens what the sandbox may see and joins its control groups; its
 * child, in new namespaces and root of nothing but these, puts that together, gives up everything, and executes. The
 * launcher ends when the child has executed. A step that fails is named on standard error, and both processes end.
 */
#ifndef HEARTH_SANDBOX_H
#define HEARTH_SANDBOX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { FIRST_PASSED = 3, SETTINGS_DESCRIPTOR = 5 };

/* A null-terminated array. */
struct strings {
  char **items;
  size_t count;
};

/* A folder or file of this machine and where the sandbox has it. */
struct bind {
  const char *mode; /* rw, ro, rw-slave, or slave, which is ro: with these two, later mounts on the source reach the sandbox */
  const char *source, *target;
  int tree; /* the mount, attached nowhere yet */
};

struct cgroup_mount {
  const char *name, *type, *options;
};

struct limit {
  int resource;
  uint64_t value;
};

struct settings {
  const char *root, *hostname, *network, *directory, *unified, *oom_score;
  uint32_t first_id, id_count, user, group, passed;
  struct strings cgroups, masked, read_only, arguments, environment;
  struct bind *binds;
  size_t bind_count;
  struct cgroup_mount *cgroup_mounts;
  size_t cgroup_mount_count;
  struct limit *limits;
  size_t limit_count;
  const void *filter;
  size_t filter_bytes;
  int root_tree;
};

/* main.c: says what failed, with errno's text, and ends the process; the launcher's child with it. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
int checked(int result, const char *step, const char *detail);
void write_file(const char *path, const char *text);

/* settings.c */
void read_settings(int descriptor, struct settings *settings);

/* syscalls.c: every system call's name and number, a line each. */
int print_system_calls(void);

/* namespaces.c */
pid_t start_in_namespaces(const struct settings *settings);
void map_ids(pid_t child, const struct settings *settings);
void become_root_inside(const struct settings *settings);

/* cgroups.c */
void join_cgroups(const struct settings *settings);
void mount_cgroups(const struct settings *settings);

/* mounts.c */
int clone_tree(const char *path, uint64_t flags, uint64_t propagation);
void attach(int tree, const char *target);
void make_read_only(const char *target);
void open_trees(struct settings *settings);
void attach_root(const struct settings *settings);
void attach_binds(const struct settings *settings);
void enter_root(void);

/* devices.c */
void open_devices(void);
void make_devices(void);

/* proc.c */
void mount_proc(const struct settings *settings);

/* privileges.c */
void set_limits(const struct settings *settings);
void drop_privileges(const struct settings *settings);
void install_filter(const struct settings *settings);

#endif
