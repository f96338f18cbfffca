/* The order of the steps, and what happens when one fails. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child;

static _Noreturn void end(const char *text, const char *reason)
{
  char line[1024];
  int length = snprintf(line, sizeof line, "hearth-sandbox: %s%s%s.\n", text, reason ? ": " : "", reason ? reason : "");
  if (length >= (int)sizeof line)
    length = sizeof line - 1;
  if (write(STDERR_FILENO, line, (size_t)length) < 0) { /* Nobody listens; the status says it too. */
  }
  if (child > 0) {
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
  }
  _exit(1);
}

void fail(const char *format, ...)
{
  const char *reason = strerror(errno);
  char text[900];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  end(text, reason);
}

void refuse(const char *format, ...)
{
  char text[900];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  end(text, NULL);
}

int checked(int result, const char *step, const char *detail)
{
  if (result < 0)
    fail("%s %s", step, detail);
  return result;
}

void write_file(const char *path, const char *text)
{
  int file = checked(open(path, O_WRONLY | O_CLOEXEC), "open", path);
  if (write(file, text, strlen(text)) < 0)
    fail("write \"%s\" to %s", text, path);
  close(file);
}

/* In the new namespaces. Nothing of the function runs before the last line, so nothing can see or signal this process. */
static _Noreturn void run_inside(const struct settings *settings, int launcher)
{
  char word;
  if (read(launcher, &word, 1) != 1)
    refuse("the launcher ended early");
  umask(0);
  attach_root(settings);
  become_root_inside(settings);
  mount_proc(settings);
  make_devices();
  mount_cgroups(settings);
  attach_binds(settings);
  enter_root();
  checked(chdir(settings->directory), "chdir", settings->directory);
  umask(022);
  set_limits(settings);
  drop_privileges(settings);
  /* Whatever is open beyond what is passed on ends with the execution, were it one that nobody thought of. */
  checked(close_range(FIRST_PASSED + settings->passed, ~0U, CLOSE_RANGE_CLOEXEC), "close_range", "");
  install_filter(settings);
  if (write(launcher, "+", 1) != 1)
    fail("tell the launcher");
  execve(settings->arguments.items[0], settings->arguments.items, settings->environment.items);
  int reason = errno;
  if (write(launcher, "-", 1) != 1) { /* It sees the end in any case. */
  }
  errno = reason;
  fail("execute %s", settings->arguments.items[0]);
}

/* The child has executed when its end of the pair closes after one word. */
static void await_execution(int pair)
{
  char words[2];
  size_t count = 0;
  ssize_t got;
  while ((got = read(pair, words + count, sizeof words - count)) > 0 && (count += (size_t)got) < sizeof words) {
  }
  if (count == 1)
    return;
  int status = 0;
  waitpid(child, &status, 0);
  child = 0;
  if (!WIFEXITED(status) || WEXITSTATUS(status) == 0)
    refuse("the sandbox's first process was ended before it was executed");
  _exit(1); /* It has said why. */
}

static void launch(struct settings *settings)
{
  int pair[2];
  checked(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), "socketpair", "");
  open_trees(settings);
  open_devices();
  write_file("/proc/self/oom_score_adj", settings->oom_score);
  join_cgroups(settings);
  child = start_in_namespaces(settings);
  if (child == 0) {
    close(pair[0]);
    run_inside(settings, pair[1]);
  }
  close(pair[1]);
  map_ids(child, settings);
  if (write(pair[0], "g", 1) != 1)
    fail("tell the sandbox's first process");
  await_execution(pair[0]);
}

int main(int argc, char **argv)
{
  if (argc == 2 && strcmp(argv[1], "--syscalls") == 0)
    return print_system_calls();
  /* Its one argument, the sandbox's folder, is for whoever lists processes. */
  if (argc != 2 || fcntl(SETTINGS_DESCRIPTOR, F_SETFD, FD_CLOEXEC) < 0)
    refuse("to be started by hearth-node, with its settings on descriptor 5");
  struct settings settings = {0};
  read_settings(SETTINGS_DESCRIPTOR, &settings);
  if (settings.passed < SETTINGS_DESCRIPTOR - FIRST_PASSED)
    checked(close_range(FIRST_PASSED + settings.passed, SETTINGS_DESCRIPTOR - 1, 0), "close_range", "");
  checked(close_range(SETTINGS_DESCRIPTOR + 1, ~0U, 0), "close_range", "");
  launch(&settings);
  if (dprintf(SETTINGS_DESCRIPTOR, "%d\n", (int)child) < 0)
    fail("tell the node");
  return 0;
}
