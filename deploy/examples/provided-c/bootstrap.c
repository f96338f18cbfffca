/*
 * A Lambda runtime and its function in one C file: one kept-alive TCP connection to the Runtime API, no library but
 * libc. The function answers {"bytes": size of the event, "fnv1a": its 64-bit FNV-1a hash, "event": the event}.
 * An end of the connection, or an answer it cannot read, ends the program with status 1 and a line that says why.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { HEAD_BYTES = 64 * 1024, ID_BYTES = 128 };

/* What has arrived and is not yet used: an answer may come in pieces, and its body right behind its head. */
struct connection {
    int fd;
    size_t filled;
    char buffer[HEAD_BYTES];
};

struct invocation {
    char id[ID_BYTES];
    char *event;
    size_t event_bytes;
};

static void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

/* The API's address is "a.b.c.d:port". */
static void connect_api(struct connection *c, const char *address)
{
    char host[64];
    unsigned short port;
    struct sockaddr_in target = { .sin_family = AF_INET };
    if (sscanf(address, "%63[^:]:%hu", host, &port) != 2 || inet_pton(AF_INET, host, &target.sin_addr) != 1)
        die("AWS_LAMBDA_RUNTIME_API is no address and port: %s", address);
    target.sin_port = htons(port);
    c->filled = 0;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&target, sizeof target) != 0)
        die("cannot connect to %s: %m", address);
    /* Without this a request in two writes waits for the answer to its first half. */
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
}

static void send_all(struct connection *c, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t sent = write(c->fd, bytes, count);
        if (sent <= 0)
            die("cannot write to the Runtime API: %m");
        bytes += sent;
        count -= (size_t)sent;
    }
}

static size_t receive(struct connection *c, char *into, size_t room)
{
    ssize_t got = read(c->fd, into, room);
    if (got <= 0)
        die("the Runtime API closed the connection");
    return (size_t)got;
}

/* Reads to the end of the answer's head; returns the head's length, its blank line included. */
static size_t read_head(struct connection *c)
{
    for (;;) {
        char *end = memmem(c->buffer, c->filled, "\r\n\r\n", 4);
        if (end != NULL)
            return (size_t)(end - c->buffer) + 4;
        if (c->filled == sizeof c->buffer)
            die("the Runtime API's answer has too long a head");
        c->filled += receive(c, c->buffer + c->filled, sizeof c->buffer - c->filled);
    }
}

/* Copies the value of a header to value ("" where there is none). */
static void find_header(const char *head, size_t head_bytes, const char *name, char *value, size_t room)
{
    size_t name_bytes = strlen(name);
    const char *end = head + head_bytes;
    value[0] = '\0';
    for (const char *line = head; line < end; line = (const char *)memchr(line, '\n', (size_t)(end - line)) + 1) {
        if ((size_t)(end - line) <= name_bytes || strncasecmp(line, name, name_bytes) != 0 || line[name_bytes] != ':')
            continue;
        line += name_bytes + 1;
        line += strspn(line, " \t");
        size_t length = strcspn(line, "\r\n");
        snprintf(value, room, "%.*s", (int)length, line);
        return;
    }
}

/* Reads one answer; returns its status. Its body (to be freed) and request id go to *to. */
static int read_answer(struct connection *c, struct invocation *to)
{
    char length[32];
    size_t head_bytes = read_head(c);
    find_header(c->buffer, head_bytes, "Content-Length", length, sizeof length);
    find_header(c->buffer, head_bytes, "Lambda-Runtime-Aws-Request-Id", to->id, sizeof to->id);
    int status = 0;
    if (sscanf(c->buffer, "HTTP/1.1 %d", &status) != 1 || (length[0] == '\0' && status != 204))
        die("the Runtime API's answer has no status or no Content-Length");

    to->event_bytes = strtoul(length, NULL, 10);
    to->event = malloc(to->event_bytes + 1);
    if (to->event == NULL)
        die("no memory for %zu bytes", to->event_bytes);
    size_t have = c->filled - head_bytes;
    if (have > to->event_bytes)
        have = to->event_bytes;
    memcpy(to->event, c->buffer + head_bytes, have);
    c->filled -= head_bytes + have;
    memmove(c->buffer, c->buffer + head_bytes + have, c->filled);
    while (have < to->event_bytes)
        have += receive(c, to->event + have, to->event_bytes - have);
    to->event[have] = '\0';
    return status;
}

static void post_response(struct connection *c, const struct invocation *invocation, const char *api)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < invocation->event_bytes; i++)
        hash = (hash ^ (unsigned char)invocation->event[i]) * UINT64_C(1099511628211);

    char opening[128], head[512];
    int opening_bytes = snprintf(opening, sizeof opening, "{\"bytes\":%zu,\"fnv1a\":\"%016" PRIx64 "\",\"event\":",
                                 invocation->event_bytes, hash);
    int head_bytes = snprintf(head, sizeof head,
                              "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: %s\r\n"
                              "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                              invocation->id, api, (size_t)opening_bytes + invocation->event_bytes + 1);
    send_all(c, head, (size_t)head_bytes);
    send_all(c, opening, (size_t)opening_bytes);
    send_all(c, invocation->event, invocation->event_bytes);
    send_all(c, "}", 1);
}

int main(void)
{
    static struct connection c;
    struct invocation invocation, ignored;
    char next[256];
    const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
    if (api == NULL)
        die("AWS_LAMBDA_RUNTIME_API is not set");
    connect_api(&c, api);
    int next_bytes = snprintf(next, sizeof next, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: %s\r\n\r\n", api);

    for (;;) {
        send_all(&c, next, (size_t)next_bytes);
        int status = read_answer(&c, &invocation);
        if (status != 200)
            die("the Runtime API answered next with %d: %s", status, invocation.event);
        fprintf(stderr, "an event of %zu bytes\n", invocation.event_bytes);
        post_response(&c, &invocation, api);
        status = read_answer(&c, &ignored);
        if (status != 202)
            fprintf(stderr, "the Runtime API answered the response with %d: %s\n", status, ignored.event);
        free(invocation.event);
        free(ignored.event);
    }
}
