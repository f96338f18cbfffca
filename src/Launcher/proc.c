/* /proc, and what it would tell about the machine rather than the sandbox. */
#include "sandbox.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* A file that is not there on this kernel hides by itself. */
static int is_there(const char *path, struct stat *found)
{
  if (stat(path, found) == 0)
    return 1;
  if (errno != ENOENT)
    fail("stat %s", path);
  return 0;
}

static void mask(const char *path)
{
  struct stat found;
  if (!is_there(path, &found))
    return;
  if (S_ISDIR(found.st_mode))
    checked(mount("tmpfs", path, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "mask", path);
  else
    checked(mount("/dev/null", path, "", MS_BIND, NULL), "mask", path);
}

static void protect(const char *path)
{
  struct stat found;
  if (!is_there(path, &found))
    return;
  checked(mount(path, path, "", MS_BIND | MS_REC, NULL), "bind", path);
  make_read_only(path);
}

/* Before the old root goes: a user namespace may mount only what is to be seen in its mounts already. */
void mount_proc(const struct settings *settings)
{
  checked(mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "mount", "/proc");
  for (size_t i = 0; i < settings->read_only.count; i++)
    protect(settings->read_only.items[i] + 1);
  for (size_t i = 0; i < settings->masked.count; i++)
    mask(settings->masked.items[i] + 1);
}
