/* Control groups: the node has made them and set their limits. */
#include "sandbox.h"

#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static const char folder[] = "sys/fs/cgroup";

/*
 * The trees of version 1. "0" to tasks moves the one thread that writes it, without the machine-wide lock that
 * cgroup.procs takes; this process has one thread, and its child is born where it is.
 */
void join_cgroups(const struct settings *settings)
{
  for (size_t i = 0; i < settings->cgroups.count; i++) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s/tasks", settings->cgroups.items[i]) >= (int)sizeof path)
      refuse("the control group's path is too long");
    write_file(path, "0");
  }
}

static void mount_tree(const struct cgroup_mount *tree, const char *target)
{
  const unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
  checked(mount("cgroup", target, tree->type, flags, tree->options), "mount the control groups", tree->name);
}

/* A tree "cpu,cpuacct" is known by each of its controllers too. */
static void link_parts(const char *name)
{
  char parts[256], *rest, link[512];
  if (strchr(name, ',') == NULL || strlen(name) >= sizeof parts)
    return;
  strcpy(parts, name);
  for (char *part = strtok_r(parts, ",", &rest); part; part = strtok_r(NULL, ",", &rest)) {
    snprintf(link, sizeof link, "%s/%s", folder, part);
    checked(symlink(name, link), "symlink", link);
  }
}

/* Read-only. Runtimes size their heaps by what they read here; without it, by the machine's memory. */
void mount_cgroups(const struct settings *settings)
{
  if (settings->cgroup_mount_count == 1 && settings->cgroup_mounts[0].name[0] == 0)
    return mount_tree(&settings->cgroup_mounts[0], folder); /* Version 2: the one tree. */
  checked(mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755"), "mount tmpfs", folder);
  for (size_t i = 0; i < settings->cgroup_mount_count; i++) {
    const struct cgroup_mount *tree = &settings->cgroup_mounts[i];
    char target[512];
    snprintf(target, sizeof target, "%s/%s", folder, tree->name);
    checked(mkdir(target, 0755), "mkdir", target);
    mount_tree(tree, target);
    link_parts(tree->name);
  }
  make_read_only(folder);
}
