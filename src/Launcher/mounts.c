/*
 * What the sandbox sees of this machine. The launcher clones each mount and sets its flags while it is attached
 * nowhere, with the rights to open it; its child attaches it. So nothing is ever visible with other flags than its own.
 */
#include "sandbox.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

int clone_tree(const char *path, uint64_t flags, uint64_t propagation)
{
  int tree = checked(open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE), "open_tree", path);
  struct mount_attr attributes = {.attr_set = flags, .propagation = propagation};
  checked(mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes), "mount_setattr", path);
  return tree;
}

/* The target is below the working directory, the new root, and no link is followed on the way to it. */
void attach(int tree, const char *target)
{
  struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
  int place = checked((int)syscall(SYS_openat2, AT_FDCWD, target, &how, sizeof how), "open", target);
  checked(move_mount(tree, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH), "move_mount", target);
  close(place);
  close(tree);
}

void make_read_only(const char *target)
{
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
  checked(mount_setattr(AT_FDCWD, target, 0, &attributes, sizeof attributes), "mount_setattr", target);
}

void open_trees(struct settings *settings)
{
  const uint64_t no_privileges = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  settings->root_tree = clone_tree(settings->root, no_privileges | MOUNT_ATTR_RDONLY, MS_PRIVATE);
  for (size_t i = 0; i < settings->bind_count; i++) {
    struct bind *bind = &settings->binds[i];
    uint64_t flags = no_privileges | (strncmp(bind->mode, "rw", 2) == 0 ? 0 : MOUNT_ATTR_RDONLY);
    bind->tree = clone_tree(bind->source, flags, strstr(bind->mode, "slave") ? MS_SLAVE : MS_PRIVATE);
  }
}

void attach_root(const struct settings *settings)
{
  checked(mount("", "/", "", MS_REC | MS_PRIVATE, NULL), "make private", "/");
  checked(move_mount(settings->root_tree, "", AT_FDCWD, settings->root, MOVE_MOUNT_F_EMPTY_PATH), "move_mount", settings->root);
  checked(chdir(settings->root), "chdir", settings->root);
}

void attach_binds(const struct settings *settings)
{
  for (size_t i = 0; i < settings->bind_count; i++)
    attach(settings->binds[i].tree, settings->binds[i].target + 1);
}

/* The old root lies over the new one for a moment, and goes with all that is mounted in it. */
void enter_root(void)
{
  checked((int)syscall(SYS_pivot_root, ".", "."), "pivot_root", "");
  checked(umount2(".", MNT_DETACH), "umount", "the old root");
  checked(chdir("/"), "chdir", "/");
}
