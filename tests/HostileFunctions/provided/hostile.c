/*
 * Performs the attack that the event names, and answers with what it got: a runtime and its function in one file.
 * For packages in other languages it is a helper as well:
 *   native call NUMBER ARGUMENT…   makes a system call; an argument that begins with a quotation mark is a text
 *   native bomb                    forks without end
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MIB = 1 << 20, MOST = 65536 };

static char event[MIB], answer[4096], request_id[64];

static void say_error(const char *before, int error)
{
    snprintf(answer, sizeof answer, "%s%s", before, error == 0 ? "ok" : strerrorname_np(error));
}

/* --- the event: flat JSON, as the tests write it --- */

static const char *member(const char *name)
{
    char key[64];
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = strstr(event, key);
    return at == NULL ? NULL : at + strlen(key) + strspn(at + strlen(key), " ");
}

static long number(const char *name)
{
    const char *at = member(name);
    return at == NULL ? 0 : strtol(at, NULL, 10);
}

/* Unescapes the JSON text at *at, a quotation mark, into a block of its own; *at moves behind it. */
static char *take_text(const char **at)
{
    char *text = malloc(strlen(*at) + 1), *to = text;
    for ((*at)++; **at != '"'; (*at)++) {
        if (**at != '\\') {
            *to++ = **at;
            continue;
        }
        switch (*++*at) {
        case 'n': *to++ = '\n'; break;
        case 'r': *to++ = '\r'; break;
        case 't': *to++ = '\t'; break;
        case 'u': *to++ = (char)strtol((char[]){ (*at)[3], (*at)[4], 0 }, NULL, 16); *at += 4; break;
        default: *to++ = **at;
        }
    }
    *to = '\0';
    (*at)++;
    return text;
}

static char *text_of(const char *name)
{
    const char *at = member(name);
    return at == NULL ? "" : take_text(&at);
}

/* --- connections --- */

static int reach(const char *host, int port)
{
    struct sockaddr_in target = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port) };
    struct timeval patience = { .tv_sec = 5 };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, host, &target.sin_addr);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&target, sizeof target) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int api(void)
{
    char host[64];
    int port;
    if (sscanf(getenv("AWS_LAMBDA_RUNTIME_API"), "%63[^:]:%d", host, &port) != 2)
        exit(1);
    return reach(host, port);
}

static int send_all(int fd, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
        if (sent <= 0)
            return -1;
        bytes += sent;
        count -= (size_t)sent;
    }
    return 0;
}

/* --- attacks --- */

static long system_call(long which, char **arguments, int count)
{
    long values[6] = { 0 };
    for (int i = 0; i < count && i < 6; i++)
        values[i] = arguments[i][0] == '"' ? (long)(arguments[i] + 1) : strtol(arguments[i], NULL, 0);
    return syscall(which, values[0], values[1], values[2], values[3], values[4], values[5]);
}

static void call(void)
{
    char *arguments[6];
    int count = 0;
    const char *at = member("arguments");
    while (*at != ']' && count < 6) {
        at += strspn(at, "[, ");
        if (*at == ']')
            break;
        if (*at == '"') {
            char *text = take_text(&at);
            if (asprintf(&arguments[count++], "\"%s", text) < 0)
                abort();
            continue;
        }
        arguments[count++] = strndup(at, strcspn(at, ",]"));
        at += strcspn(at, ",]");
    }
    long result = system_call(number("number"), arguments, count);
    say_error("", result >= 0 ? 0 : errno);
}

static void counted(long count, int error)
{
    char before[32];
    snprintf(before, sizeof before, "%ld ", count);
    if (error == 0)
        snprintf(answer, sizeof answer, "%ld full", count);
    else
        say_error(before, error);
}

static void opened(int flags)
{
    char bytes[64];
    int fd = open(text_of("path"), flags | O_CLOEXEC, 0644);
    if (fd >= 0 && flags == O_RDONLY && read(fd, bytes, sizeof bytes) < 0) {
        say_error("", errno);
        close(fd);
        return;
    }
    say_error("", fd >= 0 ? 0 : errno);
    if (fd >= 0)
        close(fd);
}

static void fill(void)
{
    static char block[MIB];
    const char *path = text_of("path");
    long count = 0, most = number("most");
    int error = 0, fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0) {
        counted(0, errno);
        return;
    }
    while (count < most && error == 0) {
        ssize_t written = write(fd, block, sizeof block);
        if (written == MIB)
            count++;
        else if (written < 0)
            error = errno;
    }
    counted(count, error);
    close(fd);
    unlink(path);
}

static void inodes(void)
{
    const char *folder = text_of("path");
    long count = 0, most = number("most");
    int error = 0;
    char path[256];
    for (; count < most; count++) {
        snprintf(path, sizeof path, "%s/%ld", folder, count);
        int fd = open(path, O_WRONLY | O_CREAT, 0644);
        if (fd < 0) {
            error = errno;
            break;
        }
        close(fd);
    }
    counted(count, error);
    while (count-- > 0) {
        snprintf(path, sizeof path, "%s/%ld", folder, count);
        unlink(path);
    }
}

static int null_file(void) { return open("/dev/null", O_RDONLY); }

static void descriptors(int (*make)(void))
{
    static int held[MOST];
    long count = 0, most = number("most");
    int error = 0;
    while (count < most && count < MOST && error == 0) {
        int fd = make();
        if (fd >= 0)
            held[count++] = fd;
        else
            error = errno;
    }
    long made = count;
    while (count > 0)
        close(held[--count]);
    counted(made, error);
}

static void *wait_here(void *lock)
{
    pthread_mutex_lock(lock);
    pthread_mutex_unlock(lock);
    return NULL;
}

static void threads(void)
{
    static pthread_t started[MOST];
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_attr_t small;
    long count = 0, most = number("most");
    int error = 0;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    pthread_mutex_lock(&lock);
    while (count < most && (error = pthread_create(&started[count], &small, wait_here, &lock)) == 0)
        count++;
    pthread_mutex_unlock(&lock);
    counted(count, error);
    while (count > 0)
        pthread_join(started[--count], NULL);
}

static void children(void)
{
    static pid_t started[MOST];
    long count = 0, most = number("most");
    int error = 0;
    while (count < most && error == 0) {
        pid_t child = fork();
        if (child == 0)
            for (;;)
                pause();
        if (child < 0)
            error = errno;
        else
            started[count++] = child;
    }
    counted(count, error);
    while (count > 0) {
        kill(started[--count], SIGKILL);
        waitpid(started[count], NULL, 0);
    }
}

static void bomb(void)
{
    for (;;)
        fork();
}

static void memory(void)
{
    for (long mib = number("mib"); mib > 0; mib--)
        memset(malloc(MIB), 'x', MIB);
    say_error("", 0);
}

static void memory_in_child(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        execlp("tail", "tail", "/dev/zero", NULL);
        _exit(127);
    }
    waitpid(child, &status, 0);
    snprintf(answer, sizeof answer, "child %d", WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
}

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void *spin(void *end)
{
    while (seconds_of(CLOCK_MONOTONIC) < *(double *)end)
        ;
    return NULL;
}

static void burn(void)
{
    pthread_t workers[4];
    double began = seconds_of(CLOCK_PROCESS_CPUTIME_ID), start = seconds_of(CLOCK_MONOTONIC), end = start + (double)number("seconds");
    for (int i = 0; i < 4; i++)
        pthread_create(&workers[i], NULL, spin, &end);
    for (int i = 0; i < 4; i++)
        pthread_join(workers[i], NULL);
    snprintf(answer, sizeof answer, "%.3f %.3f", seconds_of(CLOCK_PROCESS_CPUTIME_ID) - began, seconds_of(CLOCK_MONOTONIC) - start);
}

static void talk_once(void)
{
    char reply[64] = "";
    const char *text = text_of("text"), *id = strstr(text, "{id}"), *filler = text_of("filler");
    int fd = api();
    int failed = fd < 0 || send_all(fd, text, id == NULL ? strlen(text) : (size_t)(id - text)) < 0
        || (id != NULL && (send_all(fd, request_id, strlen(request_id)) < 0 || send_all(fd, id + 4, strlen(id + 4)) < 0));
    size_t length = strlen(filler) * 1024;
    char *block = malloc(length + 1);
    for (size_t at = 0; at < length; at += strlen(filler))
        memcpy(block + at, filler, strlen(filler));
    for (long times = number("times"); times > 0 && !failed; times--)
        failed = send_all(fd, block, length) < 0;
    free(block);
    if (member("left") != NULL) {
        snprintf(answer, sizeof answer, "left");
        return;
    }
    /* The answer may have come before all was sent. */
    if (recv(fd, reply, 12, MSG_WAITALL) <= 0)
        snprintf(answer, sizeof answer, "closed");
    else
        snprintf(answer, sizeof answer, "%.9s", strncmp(reply, "HTTP/1.", 7) == 0 ? reply + 9 : "no HTTP/1");
    close(fd);
}

static void talk(void)
{
    long connections = number("connections");
    do
        talk_once();
    while (--connections > 0);
}

static void say(void)
{
    const char *text = text_of("text");
    long times = number("times");
    for (long count = 0; times == 0 || count < times; count++)
        if (write(1, text, strlen(text)) < 0)
            break;
    say_error("", 0);
}

static void leave(void)
{
    if (strcmp(text_of("how"), "exit") == 0)
        _exit(3);
    raise(SIGKILL);
}

static void signals(void)
{
    for (int i = 1; i <= 64; i++)
        kill(1, i);
    say_error("", 0);
}

static void *go_on(void *path)
{
    for (;;) {
        int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
        if (write(fd, "x", 1) < 0)
            return NULL;
        close(fd);
        usleep(5000);
    }
}

static void linger(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, go_on, "/tmp/thread");
    if (fork() == 0)
        go_on("/tmp/child");
    snprintf(answer, sizeof answer, "left");
}

static void lingered(void)
{
    struct stat thread = { 0 }, child = { 0 };
    stat("/tmp/thread", &thread);
    stat("/tmp/child", &child);
    snprintf(answer, sizeof answer, "%ld %ld", (long)thread.st_size, (long)child.st_size);
}

static int is_in(const char *path, const char *needle)
{
    static char content[MIB];
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    size_t length = fread(content, 1, sizeof content, file);
    fclose(file);
    return memmem(content, length, needle, strlen(needle)) != NULL;
}

static void search(void)
{
    const char *needle = text_of("needle");
    char path[300], found[300] = "hidden";
    int count = 0;
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
            continue;
        count++;
        for (int file = 0; file < 2; file++) {
            snprintf(path, sizeof path, "/proc/%.200s/%s", entry->d_name, file == 0 ? "environ" : "cmdline");
            if (is_in(path, needle))
                snprintf(found, sizeof found, "found in %.200s", path);
        }
    }
    closedir(processes);
    snprintf(answer, sizeof answer, "%d %s", count, found);
}

static void serve(void)
{
    static int calls;
    char note[256] = "";
    const char *value = getenv("CANARY");
    FILE *file = fopen("/tmp/canary", "r");
    if (file == NULL) {
        file = fopen("/tmp/canary", "w+");
        fputs(value, file);
        rewind(file);
    }
    if (fgets(note, sizeof note, file) == NULL)
        note[0] = '\0';
    fclose(file);
    snprintf(answer, sizeof answer, "%s %s %d", value, note, ++calls);
}

/* The 32-bit way into the kernel, with numbers of its own: 310 is unshare there. */
static void other_entry(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        long result;
        __asm__ volatile("int $0x80" : "=a"(result) : "a"(310L), "b"(0x10000000L) : "memory");
        _exit(result == -EPERM || result == -ENOSYS ? 1 : 2);
    }
    waitpid(child, &status, 0);
    snprintf(answer, sizeof answer, "%s %d", WIFSIGNALED(status) ? "signal" : "exit", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static void attack(const char *name)
{
    static const struct { const char *name; void (*perform)(void); } attacks[] = {
        { "serve", serve }, { "call", call }, { "fill", fill }, { "inodes", inodes }, { "threads", threads }, { "children", children },
        { "bomb", bomb }, { "memory", memory }, { "memory_in_child", memory_in_child }, { "burn", burn }, { "talk", talk }, { "say", say },
        { "leave", leave }, { "signals", signals }, { "linger", linger }, { "lingered", lingered }, { "search", search },
        { "other_entry", other_entry },
    };
    snprintf(answer, sizeof answer, "no attack");
    for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++)
        if (strcmp(attacks[i].name, name) == 0)
            attacks[i].perform();
    if (strcmp(name, "read") == 0)
        opened(O_RDONLY);
    else if (strcmp(name, "write") == 0)
        opened(O_WRONLY | O_CREAT);
    else if (strcmp(name, "files") == 0)
        descriptors(null_file);
    else if (strcmp(name, "connections") == 0)
        descriptors(api);
    else if (strcmp(name, "reach") == 0) {
        int fd = reach(text_of("address"), (int)number("port"));
        say_error("", fd >= 0 ? 0 : errno);
        if (fd >= 0)
            close(fd);
    }
}

/* --- the runtime: a connection for each request --- */

/* The node closes a connection beyond its bound, until it has noticed that those before are gone. */
static char *request(const char *method, const char *path, const char *body, char *room, size_t bytes)
{
    char head[512];
    size_t filled = 0;
    int fd;
    snprintf(head, sizeof head, "%s /2018-06-01/runtime/%s HTTP/1.1\r\nHost: api\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n", method, path, strlen(body));
    for (int attempt = 0; filled == 0 && attempt < 100; attempt++) {
        if (attempt > 0)
            usleep(20000);
        if ((fd = api()) < 0)
            continue;
        if (send_all(fd, head, strlen(head)) == 0 && send_all(fd, body, strlen(body)) == 0)
            for (ssize_t got; filled < bytes - 1 && (got = read(fd, room + filled, bytes - 1 - filled)) > 0;)
                filled += (size_t)got;
        close(fd);
    }
    room[filled] = '\0';
    char *end = strstr(room, "\r\n\r\n");
    if (end == NULL)
        exit(1);
    *end = '\0';
    return end + 4;
}

static void run(void)
{
    static char reply[2 * MIB];
    for (;;) {
        char path[128], body[8200];
        const char *payload = request("GET", "invocation/next", "", reply, sizeof reply);
        const char *id = strcasestr(reply, "Lambda-Runtime-Aws-Request-Id:");
        if (id == NULL)
            exit(1);
        sscanf(id + strlen("Lambda-Runtime-Aws-Request-Id:"), " %63s", request_id);
        snprintf(event, sizeof event, "%s", payload);
        attack(text_of("attack"));
        snprintf(body, sizeof body, "\"%s\"", answer);
        snprintf(path, sizeof path, "invocation/%s/response", request_id);
        request("POST", path, body, reply, sizeof reply);
    }
}

int main(int count, char **arguments)
{
    if (count >= 3 && strcmp(arguments[1], "call") == 0) {
        long result = system_call(strtol(arguments[2], NULL, 0), arguments + 3, count - 3);
        int error = errno;
        printf("%s", result >= 0 ? "ok" : strerrorname_np(error));
        return 0;
    }
    if (count == 2 && strcmp(arguments[1], "bomb") == 0)
        bomb();
    run();
}
