/*
 * Reads the settings: records, each a length (32 bits, this machine's byte order) and that many bytes: texts that end
 * with a zero, of which the first is the record's name. The last record is "end"; without it the node died on the way.
 */
#include "sandbox.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 20, MOST_FIELDS = 4 };

struct record {
  const char *fields[MOST_FIELDS];
  size_t count, bytes;
};

static char *read_all(int descriptor, size_t *length)
{
  char *buffer = malloc(MOST_BYTES);
  if (buffer == NULL)
    fail("read the settings");
  for (*length = 0; *length < MOST_BYTES;) {
    ssize_t got = read(descriptor, buffer + *length, MOST_BYTES - *length);
    if (got < 0)
      fail("read the settings");
    if (got == 0)
      return buffer;
    *length += (size_t)got;
  }
  refuse("the settings are more than %d bytes", MOST_BYTES);
}

static struct record split(const char *start, uint32_t bytes)
{
  struct record record = {.bytes = bytes};
  for (uint32_t at = 0; at < bytes && record.count < MOST_FIELDS;) {
    const char *zero = memchr(start + at, 0, bytes - at);
    record.fields[record.count++] = start + at;
    if (zero == NULL)
      break; /* The filter's bytes; a text without its zero is refused in field(). */
    at = (uint32_t)(zero - start) + 1;
  }
  return record;
}

static const char *field(const struct record *record, size_t index)
{
  const char *start = record->fields[0];
  if (index >= record->count || start[record->bytes - 1] != 0)
    refuse("the settings' record %s is incomplete", start);
  return record->fields[index];
}

static uint64_t number(const struct record *record, size_t index)
{
  char *rest;
  uint64_t value = strtoull(field(record, index), &rest, 10);
  if (*rest != 0 || rest == record->fields[index])
    refuse("the settings' record %s is not a number: %s", record->fields[0], record->fields[index]);
  return value;
}

static void *grown(void *list, size_t count, size_t item)
{
  void *larger = realloc(list, (count + 2) * item);
  if (larger == NULL)
    fail("read the settings");
  return larger;
}

static void append(struct strings *list, const char *text)
{
  list->items = grown(list->items, list->count, sizeof *list->items);
  list->items[list->count++] = (char *)text;
  list->items[list->count] = NULL;
}

static int resource_of(const char *name)
{
  if (strcmp(name, "nofile") == 0)
    return RLIMIT_NOFILE;
  if (strcmp(name, "core") == 0)
    return RLIMIT_CORE;
  if (strcmp(name, "memlock") == 0)
    return RLIMIT_MEMLOCK;
  refuse("there is no limit %s", name);
}

static void take_list(struct settings *settings, const struct record *record)
{
  const char *name = record->fields[0];
  if (strcmp(name, "bind") == 0) {
    settings->binds = grown(settings->binds, settings->bind_count, sizeof *settings->binds);
    settings->binds[settings->bind_count++] = (struct bind){field(record, 1), field(record, 2), field(record, 3), -1};
  } else if (strcmp(name, "cgroup-mount") == 0) {
    settings->cgroup_mounts = grown(settings->cgroup_mounts, settings->cgroup_mount_count, sizeof *settings->cgroup_mounts);
    settings->cgroup_mounts[settings->cgroup_mount_count++] = (struct cgroup_mount){field(record, 1), field(record, 2), field(record, 3)};
  } else if (strcmp(name, "limit") == 0) {
    settings->limits = grown(settings->limits, settings->limit_count, sizeof *settings->limits);
    settings->limits[settings->limit_count++] = (struct limit){resource_of(field(record, 1)), number(record, 2)};
  } else if (strcmp(name, "filter") == 0) {
    settings->filter = record->fields[0] + sizeof "filter";
    settings->filter_bytes = record->bytes - sizeof "filter";
  } else {
    refuse("there is no setting %s", name);
  }
}

static void take(struct settings *settings, const struct record *record)
{
  const struct { const char *name; const char **value; } texts[] = {
    {"root", &settings->root}, {"hostname", &settings->hostname}, {"network", &settings->network},
    {"directory", &settings->directory}, {"unified", &settings->unified}, {"oom-score", &settings->oom_score},
  };
  const struct { const char *name; uint32_t *value; } numbers[] = {
    {"first-id", &settings->first_id}, {"id-count", &settings->id_count}, {"user", &settings->user},
    {"group", &settings->group}, {"passed", &settings->passed},
  };
  const struct { const char *name; struct strings *list; } lists[] = {
    {"cgroup", &settings->cgroups}, {"masked", &settings->masked}, {"read-only", &settings->read_only},
    {"argument", &settings->arguments}, {"variable", &settings->environment},
  };
  const char *name = record->fields[0];
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (strcmp(name, texts[i].name) == 0)
      return (void)(*texts[i].value = field(record, 1));
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (strcmp(name, numbers[i].name) == 0)
      return (void)(*numbers[i].value = (uint32_t)number(record, 1));
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    if (strcmp(name, lists[i].name) == 0)
      return append(lists[i].list, field(record, 1));
  take_list(settings, record);
}

static void require_all(const struct settings *settings)
{
  if (!settings->root || !settings->hostname || !settings->network || !settings->directory || !settings->oom_score)
    refuse("the settings lack root, hostname, network, directory or oom-score");
  /* User 0 would keep what the rest of this program takes away. */
  if (settings->first_id == 0 || settings->id_count == 0 || settings->user == 0 || settings->group == 0)
    refuse("the settings lack first-id, id-count, user or group");
  if (settings->arguments.count == 0 || settings->environment.count == 0 || settings->filter_bytes == 0)
    refuse("the settings lack arguments, variables or the filter");
  if (settings->passed > SETTINGS_DESCRIPTOR - FIRST_PASSED)
    refuse("the settings pass %u descriptors on", settings->passed);
}

void read_settings(int descriptor, struct settings *settings)
{
  size_t length, at = 0;
  char *bytes = read_all(descriptor, &length);
  while (at + sizeof(uint32_t) <= length) {
    uint32_t size;
    memcpy(&size, bytes + at, sizeof size);
    at += sizeof size;
    if (size == 0 || size > length - at || memchr(bytes + at, 0, size) == NULL)
      break;
    struct record record = split(bytes + at, size);
    if (strcmp(record.fields[0], "end") == 0)
      return require_all(settings);
    take(settings, &record);
    at += size;
  }
  refuse("the settings end before their end");
}
