/*
 * A small /dev. The nodes are this machine's own, as nobody can make one in a user namespace; for the same reason a
 * sandbox can open no device but these, with a device controller or without.
 */
#include "sandbox.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static struct {
  const char *path;
  unsigned major, minor;
  int tree;
} devices[] = {
  {"/dev/null", 1, 3, -1}, {"/dev/zero", 1, 5, -1}, {"/dev/full", 1, 7, -1},
  {"/dev/random", 1, 8, -1}, {"/dev/urandom", 1, 9, -1}, {"/dev/tty", 5, 0, -1},
};

static const struct {
  const char *path, *target;
} links[] = {
  {"dev/fd", "/proc/self/fd"}, {"dev/stdin", "/proc/self/fd/0"}, {"dev/stdout", "/proc/self/fd/1"},
  {"dev/stderr", "/proc/self/fd/2"}, {"dev/ptmx", "pts/ptmx"},
};

enum { DEVICES = sizeof devices / sizeof *devices, LINKS = sizeof links / sizeof *links };

void open_devices(void)
{
  for (int i = 0; i < DEVICES; i++) {
    struct stat found;
    devices[i].tree = clone_tree(devices[i].path, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, MS_PRIVATE);
    checked(fstat(devices[i].tree, &found), "stat", devices[i].path);
    if (!S_ISCHR(found.st_mode) || found.st_rdev != makedev(devices[i].major, devices[i].minor))
      refuse("%s is not the device %u:%u", devices[i].path, devices[i].major, devices[i].minor);
  }
}

void make_devices(void)
{
  const unsigned long flags = MS_NOSUID | MS_NOEXEC;
  checked(mount("tmpfs", "dev", "tmpfs", flags, "mode=755,size=65536"), "mount tmpfs", "/dev");
  for (int i = 0; i < DEVICES; i++) {
    const char *place = devices[i].path + 1;
    close(checked(open(place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644), "create", devices[i].path));
    attach(devices[i].tree, place);
  }
  for (int i = 0; i < LINKS; i++)
    checked(symlink(links[i].target, links[i].path), "symlink", links[i].path);
  checked(mkdir("dev/shm", 01777), "mkdir", "/dev/shm");
  checked(mount("shm", "dev/shm", "tmpfs", flags | MS_NODEV, "mode=1777,size=67108864"), "mount tmpfs", "/dev/shm");
  make_read_only("dev");
}
