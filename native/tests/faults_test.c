/*
 * Makes every call of the bridge to PipeWire and to the C library fail in turn, with a real daemon. The bridge must report the error or go
 * on, within five seconds. It must leave no thread, no descriptor and (checked by the sanitizers) no memory behind.
 */
#include <dirent.h>
#include <errno.h>
#include <pipewire/pipewire.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "retrovue_pipewire.h"

#define TIMEOUT 2000
#define LONGEST 5.0

/* The calls that fail: this many, from the n-th on, with this errno. */
static struct {
    const char *call;
    int nth;
    int times;
    int error;
    _Atomic int made;
    _Atomic int failed;
} fault;

static bool fails(const char *call)
{
    if (fault.call == NULL || strcmp(call, fault.call) != 0)
        return false;

    int made = ++fault.made;
    bool is_hit = made >= fault.nth && made < fault.nth + fault.times;
    fault.failed += is_hit;
    if (is_hit)
        errno = fault.error;
    return is_hit;
}

#define POINTER(type, name, parameters, arguments) \
    type __real_##name parameters; \
    type __wrap_##name parameters; \
    type __wrap_##name parameters { return fails(#name) ? NULL : __real_##name arguments; }

/* PipeWire takes over the properties, even if the call fails. */
#define OWNER(type, name, parameters, arguments) \
    type __real_##name parameters; \
    type __wrap_##name parameters; \
    type __wrap_##name parameters \
    { \
        bool is_failing = fails(#name); \
        if (is_failing) \
            pw_properties_free(properties); \
        errno = is_failing ? fault.error : errno; \
        return is_failing ? NULL : __real_##name arguments; \
    }

#define INTEGER(name, parameters, arguments) \
    int __real_##name parameters; \
    int __wrap_##name parameters; \
    int __wrap_##name parameters { return fails(#name) ? -fault.error : __real_##name arguments; }

POINTER(struct pw_thread_loop *, pw_thread_loop_new, (const char *name, const struct spa_dict *properties), (name, properties))
OWNER(struct pw_context *, pw_context_new, (struct pw_loop *loop, struct pw_properties *properties, size_t size), (loop, properties, size))
OWNER(struct pw_core *, pw_context_connect, (struct pw_context *context, struct pw_properties *properties, size_t size),
      (context, properties, size))
/* PipeWire takes over the socket, even if the call fails. */
struct pw_core *__real_pw_context_connect_fd(struct pw_context *context, int fd, struct pw_properties *properties, size_t size);
struct pw_core *__wrap_pw_context_connect_fd(struct pw_context *context, int fd, struct pw_properties *properties, size_t size);
struct pw_core *__wrap_pw_context_connect_fd(struct pw_context *context, int fd, struct pw_properties *properties, size_t size)
{
    if (!fails("pw_context_connect_fd"))
        return __real_pw_context_connect_fd(context, fd, properties, size);

    pw_properties_free(properties);
    close(fd);
    errno = fault.error;
    return NULL;
}

OWNER(struct pw_stream *, pw_stream_new, (struct pw_core *core, const char *name, struct pw_properties *properties),
      (core, name, properties))
POINTER(struct pw_properties *, pw_properties_new_dict, (const struct spa_dict *dict), (dict))
POINTER(struct pw_buffer *, pw_stream_dequeue_buffer, (struct pw_stream *stream), (stream))
POINTER(void *, calloc, (size_t count, size_t size), (count, size))
POINTER(void *, malloc, (size_t size), (size))
POINTER(void *, aligned_alloc, (size_t alignment, size_t size), (alignment, size))
INTEGER(pw_thread_loop_start, (struct pw_thread_loop *loop), (loop))
INTEGER(pw_stream_connect,
        (struct pw_stream *stream, enum spa_direction direction, uint32_t target, enum pw_stream_flags flags, const struct spa_pod **formats,
         uint32_t count),
        (stream, direction, target, flags, formats, count))
INTEGER(pw_stream_queue_buffer, (struct pw_stream *stream, struct pw_buffer *buffer), (stream, buffer))
INTEGER(pw_stream_get_time_n, (struct pw_stream *stream, struct pw_time *time, size_t size), (stream, time, size))
INTEGER(pw_stream_update_params, (struct pw_stream *stream, const struct spa_pod **params, uint32_t count), (stream, params, count))
INTEGER(pw_stream_set_active, (struct pw_stream *stream, bool is_active), (stream, is_active))

int __real_eventfd(unsigned int value, int flags);
int __wrap_eventfd(unsigned int value, int flags);
int __wrap_eventfd(unsigned int value, int flags)
{
    return fails("eventfd") ? -1 : __real_eventfd(value, flags);
}

void *__real_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    return fails("mmap") ? MAP_FAILED : __real_mmap(address, length, protection, flags, fd, offset);
}

void *__real_mremap(void *address, size_t from, size_t to, int flags);
void *__wrap_mremap(void *address, size_t from, size_t to, int flags);
void *__wrap_mremap(void *address, size_t from, size_t to, int flags)
{
    return fails("mremap") ? MAP_FAILED : __real_mremap(address, from, to, flags);
}

struct pw_properties *__wrap_pw_properties_new(const char *key, ...);
struct pw_properties *__wrap_pw_properties_new(const char *key, ...)
{
    if (fails("pw_properties_new"))
        return NULL;

    const struct spa_dict none = {0};
    struct pw_properties *properties = __real_pw_properties_new_dict(&none);
    va_list arguments;
    va_start(arguments, key);
    for (; key != NULL; key = va_arg(arguments, const char *))
        pw_properties_set(properties, key, va_arg(arguments, const char *));
    va_end(arguments);
    return properties;
}

/* The calls; is_vital if opening fails without them. */
static const struct {
    const char *name;
    bool is_vital;
} calls[] = {
    {"pw_thread_loop_new", true}, {"pw_context_new", true}, {"pw_context_connect", true}, {"pw_context_connect_fd", true},
    {"pw_thread_loop_start", true},
    {"pw_properties_new", false}, {"pw_properties_new_dict", false}, {"pw_stream_new", true}, {"pw_stream_connect", true},
    {"pw_stream_dequeue_buffer", false}, {"pw_stream_queue_buffer", false}, {"pw_stream_get_time_n", false},
    {"pw_stream_update_params", false}, {"pw_stream_set_active", false}, {"calloc", false}, {"malloc", false},
    {"aligned_alloc", true}, {"eventfd", true}, {"mmap", false}, {"mremap", false},
};

static char remote[sizeof(((struct sockaddr_un *)NULL)->sun_path)];

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int count_entries(const char *folder)
{
    int count = 0;
    DIR *directory = opendir(folder);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

/* Reads a few records, for a short while at most; returns the first error that an event reports, or 0. */
static int take(struct rv_pw_stream *stream, int wanted)
{
    double until = now() + 0.4;
    int error = 0;
    for (int taken = 0; taken < wanted && error == 0 && now() < until;) {
        struct rv_pw_record record;
        struct rv_pw_event event;
        rv_pw_stream_wait(stream, 50);
        while (rv_pw_stream_next_event(stream, &event) == 1) {
            if (event.kind == RV_PW_EVENT_ERROR || event.kind == RV_PW_EVENT_GONE)
                error = event.code;
            if (event.kind == RV_PW_EVENT_STATE && event.code == RV_PW_STATE_ERROR)
                error = -EIO;
        }

        while (rv_pw_stream_read(stream, &record, 1) == 1) {
            taken++;
            rv_pw_stream_recycle(stream, record.slot);
        }
    }

    return error;
}

static int open_and_take(struct rv_pw_client *client, struct rv_pw_stream_params params)
{
    struct rv_pw_stream *stream = NULL;
    int error = rv_pw_stream_open(client, &params, &stream);
    if (error < 0)
        return error;

    if (params.direction == RV_PW_PLAYBACK) {
        static const int16_t sound[4800];
        rv_pw_stream_write(stream, sound, sizeof(sound));
    }

    error = take(stream, 4);
    rv_pw_stream_close(stream);
    return error;
}

/* Connects over a socket that the bridge takes over, as with a portal, and lists the nodes. */
static int connect_by_socket(void)
{
    static struct rv_pw_node nodes[64];
    static struct rv_pw_capability capabilities[256];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct rv_pw_client *client = NULL;
    int32_t node_count, capability_count;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    memcpy(address.sun_path, remote, sizeof(remote));
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    int error = rv_pw_connect_fd(fd, "faults", TIMEOUT, &client);
    if (error < 0)
        return error;

    error = rv_pw_list(client, TIMEOUT, nodes, 64, &node_count, capabilities, 256, &capability_count);
    rv_pw_disconnect(client);
    return error;
}

/* Uses all functions of the bridge; returns the first error. */
static int do_all(void)
{
    static struct rv_pw_node nodes[64];
    static struct rv_pw_capability capabilities[256];
    struct rv_pw_client *client = NULL;
    int32_t node_count, capability_count;
    int error = connect_by_socket();
    if (error < 0)
        return error;

    error = rv_pw_connect(remote, "faults", TIMEOUT, &client);
    if (error < 0)
        return error;

    int listed = rv_pw_list(client, TIMEOUT, nodes, 64, &node_count, capabilities, 256, &capability_count);
    int video = open_and_take(client, (struct rv_pw_stream_params){
        .name = "faults", .target = "test-video", .media = RV_PW_VIDEO, .format_count = 1, .formats = {RV_PW_UYVY}});
    int capture = open_and_take(client, (struct rv_pw_stream_params){
        .name = "faults", .target = "test-audio", .media = RV_PW_AUDIO, .format_count = 1, .formats = {RV_PW_F32}});
    int playback = open_and_take(client, (struct rv_pw_stream_params){
        .name = "faults", .target = "test-sink", .direction = RV_PW_PLAYBACK, .media = RV_PW_AUDIO, .format_count = 1,
        .formats = {RV_PW_S16}, .ring_bytes = 19200});
    rv_pw_disconnect(client);
    return listed < 0 ? listed : video < 0 ? video : capture < 0 ? capture : playback;
}

/* Makes a call fail; false if the call is not made so often. */
static bool try_fault(const char *call, bool is_vital, int nth, int times, int error)
{
    int descriptors = count_entries("/proc/self/fd");
    double from = now();
    fault.call = call;
    fault.nth = nth;
    fault.times = times;
    fault.error = error;
    fault.made = fault.failed = 0;
    int result = do_all();
    fault.call = NULL;
    double took = now() - from;
    if (fault.failed == 0)
        return false;

    bool is_said = result < 0;
    if ((is_vital && times > 1 && !is_said) || took > LONGEST || count_entries("/proc/self/fd") != descriptors
        || count_entries("/proc/self/task") != 3) {
        fprintf(stderr, "%s, call %d, %d times, errno %d: result %d after %.1f s, %d descriptors (%d before), %d threads\n", call, nth,
                times, error, result, took, count_entries("/proc/self/fd") - 3, descriptors - 3, count_entries("/proc/self/task") - 2);
        exit(1);
    }

    return true;
}

int main(void)
{
    static const int errors[] = {ENOMEM, ENODEV, EPIPE, EAGAIN};
    const char *folder = getenv("RV_PIPEWIRE_FOLDER");
    if (folder == NULL)
        SKIP("RV_PIPEWIRE_FOLDER does not name a daemon's folder; run this test by tests/lab/pipewire-headless");

    snprintf(remote, sizeof(remote), "%s/pipewire-0", folder);
    setvbuf(stdout, NULL, _IOLBF, 0);
    /* Without a fault, everything succeeds. After this, PipeWire's permanent memory and descriptors exist. */
    CHECK(do_all() == 0);
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        int tried = 0;
        for (size_t j = 0; j < sizeof(errors) / sizeof(errors[0]); j++)
            tried += try_fault(calls[i].name, calls[i].is_vital, 1, 1000, errors[j]);
        for (int nth = 1; nth <= 4 && try_fault(calls[i].name, calls[i].is_vital, nth, 1, ENOMEM); nth++)
            tried++;
        printf("%s: %d faults\n", calls[i].name, tried);
        CHECK(tried > 0);
    }

    CHECK(do_all() == 0);
    return 0;
}
