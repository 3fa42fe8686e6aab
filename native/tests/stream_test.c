/* Streams of a real daemon, started by tests/lab/pipewire-headless; RV_PIPEWIRE_FOLDER names its folder. */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "retrovue_pipewire.h"

#define TIMEOUT 5000

static char remote[512];

static struct rv_pw_client *connect_or_fail(void)
{
    struct rv_pw_client *client;
    CHECK(rv_pw_connect(remote, "test", TIMEOUT, &client) == 0);
    return client;
}

static void no_daemon_is_said_at_once(void)
{
    struct rv_pw_client *client;
    int error = rv_pw_connect("/nonexistent/pipewire-0", "test", TIMEOUT, &client);
    CHECK(error == -ENOENT || error == -ECONNREFUSED || error == -EHOSTDOWN);
    CHECK(client == NULL);
}

static struct rv_pw_stream *open_stream(struct rv_pw_client *client, const char *target, int media, int format)
{
    struct rv_pw_stream_params params = {
        .name = "stream-test", .target = target, .media = media, .format_count = 1, .formats = {format}, .width = 320, .height = 240,
        .frame_rate = {30, 1}};
    struct rv_pw_stream *stream;
    int error = rv_pw_stream_open(client, &params, &stream);
    if (error < 0)
        fprintf(stderr, "opening %s: %s\n", target, strerror(-error));
    CHECK(error == 0);
    return stream;
}

static void missing_target_is_refused(void)
{
    struct rv_pw_client *client = connect_or_fail();
    struct rv_pw_stream_params params = {.target = "not-there", .media = RV_PW_VIDEO, .format_count = 1, .formats = {RV_PW_RGB}};
    struct rv_pw_stream *stream;
    CHECK(rv_pw_stream_open(client, &params, &stream) == -ENOENT);
    params.format_count = 0;
    params.target = "test-video";
    CHECK(rv_pw_stream_open(client, &params, &stream) == -EINVAL);
    rv_pw_disconnect(client);
}

static void nodes_are_listed(void)
{
    static struct rv_pw_node nodes[64];
    static struct rv_pw_capability capabilities[256];
    struct rv_pw_client *client = connect_or_fail();
    int32_t node_count, capability_count;
    bool is_video = false, is_audio = false;
    CHECK(rv_pw_list(client, TIMEOUT, nodes, 64, &node_count, capabilities, 256, &capability_count) == 0);
    CHECK(node_count >= 4);
    for (int i = 0; i < capability_count && i < 256; i++) {
        is_video |= strcmp(nodes[capabilities[i].node].name, "test-video") == 0 && capabilities[i].format == RV_PW_UYVY;
        is_audio |= strcmp(nodes[capabilities[i].node].name, "test-audio") == 0 && capabilities[i].media == RV_PW_AUDIO;
    }

    CHECK(is_video && is_audio);
    CHECK(rv_pw_list(client, TIMEOUT, nodes, 1, &node_count, capabilities, 1, &capability_count) == 0);
    CHECK(node_count >= 4);
    rv_pw_disconnect(client);
}

/* Takes count buffers and keeps the last few of them. Returns the number kept. */
static int take(struct rv_pw_stream *stream, int count, int keep, struct rv_pw_record *kept)
{
    struct rv_pw_record records[4];
    struct rv_pw_event event;
    uint64_t seq = 0;
    int64_t pts = RV_PW_ABSENT;
    int taken = 0, held = 0;
    while (taken < count) {
        CHECK(rv_pw_stream_wait(stream, TIMEOUT) == 1);
        while (rv_pw_stream_next_event(stream, &event) == 1) {
            CHECK(event.kind != RV_PW_EVENT_ERROR && event.kind != RV_PW_EVENT_GONE);
            CHECK(event.kind != RV_PW_EVENT_STATE || event.code != RV_PW_STATE_ERROR);
        }

        int read = rv_pw_stream_read(stream, records, 4);
        for (int i = 0; i < read; i++) {
            CHECK(records[i].format_serial > 0);
            CHECK(records[i].plane_count >= 1 && records[i].planes[0].size > 0);
            /* Not for the first frames: the source also counts frames that it made before the link was complete. */
            if (records[i].flags & RV_PW_RECORD_HEADER && taken > 5) {
                CHECK(records[i].seq == seq + 1);
                CHECK(records[i].pts > pts && records[i].pts <= records[i].arrival);
            }

            seq = records[i].seq;
            pts = records[i].pts;
            if (taken++ >= count - keep && held < keep)
                kept[held++] = records[i];
            else
                rv_pw_stream_recycle(stream, records[i].slot);
        }
    }

    return held;
}

static unsigned sum(const struct rv_pw_record *record)
{
    unsigned total = 0;
    for (uint32_t i = 0; i < record->planes[0].size; i++)
        total += ((const uint8_t *)record->planes[0].data)[i];
    return total;
}

static void pictures_come_and_outlive_the_stream(void)
{
    struct rv_pw_client *client = connect_or_fail();
    struct rv_pw_stream *stream = open_stream(client, "test-video", RV_PW_VIDEO, RV_PW_UYVY);
    struct rv_pw_record kept[3];
    struct rv_pw_counters counters;
    unsigned total[3];
    int held = take(stream, 20, 3, kept);
    rv_pw_stream_counters(stream, &counters);
    printf("video: %llu buffers, %llu copied from private memory, %llu because buffers were scarce\n", (unsigned long long)counters.buffers,
           (unsigned long long)counters.copied_private, (unsigned long long)counters.copied_scarce);
    CHECK(counters.copied_private == 0 && counters.copied_scarce == 0 && counters.dropped == 0);
    for (int i = 0; i < held; i++)
        total[i] = sum(&kept[i]);
    rv_pw_stream_close(stream);
    rv_pw_disconnect(client);
    for (int i = 0; i < held; i++) {
        CHECK(sum(&kept[i]) == total[i] && total[i] > 0);
        rv_pw_stream_recycle(stream, kept[i].slot);
    }
}

static uint32_t id_of(struct rv_pw_client *client, const char *name)
{
    static struct rv_pw_node nodes[64];
    static struct rv_pw_capability capabilities[256];
    int32_t node_count, capability_count;
    CHECK(rv_pw_list(client, TIMEOUT, nodes, 64, &node_count, capabilities, 256, &capability_count) == 0);
    for (int32_t i = 0; i < node_count && i < 64; i++)
        if (strcmp(nodes[i].name, name) == 0)
            return nodes[i].id;
    return 0;
}

/* Returns a socket that is connected to the daemon, like a portal's. */
static int connected_socket(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", remote);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    return fd;
}

static void pictures_come_over_a_socket_by_the_nodes_id(void)
{
    struct rv_pw_client *client;
    struct rv_pw_stream *stream;
    CHECK(rv_pw_connect_fd(connected_socket(), "test", TIMEOUT, &client) == 0);
    struct rv_pw_stream_params params = {
        .name = "stream-test", .target_id = id_of(client, "test-video"), .media = RV_PW_VIDEO, .link = RV_PW_LINK_SELF,
        .format_count = 1, .formats = {RV_PW_UYVY}, .width = 320, .height = 240};
    CHECK(params.target_id != 0);
    CHECK(rv_pw_stream_open(client, &params, &stream) == 0);
    take(stream, 5, 0, NULL);
    rv_pw_stream_close(stream);
    params.target_id = 4000000;
    CHECK(rv_pw_stream_open(client, &params, &stream) == -ENOENT);
    rv_pw_disconnect(client);
}

static void socket_that_is_none_or_dead_is_refused_and_closed(void)
{
    struct rv_pw_client *client;
    int ends[2];
    CHECK(rv_pw_connect_fd(-1, "test", TIMEOUT, &client) == -EBADF && client == NULL);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    close(ends[1]);
    CHECK(rv_pw_connect_fd(ends[0], "test", TIMEOUT, &client) < 0 && client == NULL);
    CHECK(close(ends[0]) == -1 && errno == EBADF);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    CHECK(rv_pw_connect_fd(ends[0], "test", 50, &client) == -ETIMEDOUT && client == NULL);
    CHECK(close(ends[0]) == -1 && errno == EBADF);
    close(ends[1]);
}

static void reader_that_keeps_all_gets_copies(void)
{
    struct rv_pw_client *client = connect_or_fail();
    struct rv_pw_stream *stream = open_stream(client, "test-video", RV_PW_VIDEO, RV_PW_UYVY);
    struct rv_pw_record kept[30];
    struct rv_pw_counters counters;
    int held = take(stream, 30, 30, kept);
    rv_pw_stream_counters(stream, &counters);
    CHECK(held == 30 && counters.leased >= 30);
    CHECK(counters.copied_scarce > 0 && counters.dropped == 0);
    for (int i = 0; i < held; i++)
        rv_pw_stream_recycle(stream, kept[i].slot);
    take(stream, 10, 0, NULL);
    rv_pw_stream_close(stream);
    rv_pw_disconnect(client);
}

static uint64_t sum_of(const struct rv_pw_record *record)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < record->planes[0].size; i++)
        sum = sum * 31 + ((const uint8_t *)record->planes[0].data)[i];
    return sum;
}

/* The source fills its buffers again although the reader holds them. A held slot must not be lent a second time. */
static void slot_that_is_held_is_not_lent_again(void)
{
    enum { HELD = 12, FRAMES = 80, MOST_BUFFERS = 16 };
    int overwrote = 0;
    uint64_t sums[FRAMES];
    struct rv_pw_record records[FRAMES];
    struct rv_pw_client *client = connect_or_fail();
    struct rv_pw_stream *stream = open_stream(client, "test-video", RV_PW_VIDEO, RV_PW_UYVY);
    uint32_t held[FRAMES];
    struct rv_pw_record record;
    struct rv_pw_event event;
    for (int count = 0; count < FRAMES;) {
        CHECK(rv_pw_stream_wait(stream, TIMEOUT) == 1);
        while (rv_pw_stream_next_event(stream, &event) == 1)
            CHECK(event.kind != RV_PW_EVENT_ERROR && event.kind != RV_PW_EVENT_GONE);
        while (count < FRAMES && rv_pw_stream_read(stream, &record, 1) == 1) {
            for (int i = count > HELD ? count - HELD : 0; i < count; i++)
                CHECK(held[i] != record.slot);
            overwrote += (record.flags & RV_PW_RECORD_OVERWROTE) != 0;
            sums[count] = sum_of(&record);
            records[count] = record;
            held[count++] = record.slot;
            if (count <= HELD)
                continue;

            /* The bytes of a copy do not change. */
            const struct rv_pw_record *oldest = &records[count - HELD - 1];
            CHECK((oldest->flags & RV_PW_RECORD_COPIED) == 0 || sum_of(oldest) == sums[count - HELD - 1]);
            rv_pw_stream_recycle(stream, oldest->slot);
        }
    }

    /* The bridge reports it. From then on it copies all buffers, so it happens only a limited number of times. */
    CHECK(overwrote > 0 && overwrote <= MOST_BUFFERS);
    for (int i = FRAMES - HELD; i < FRAMES; i++)
        rv_pw_stream_recycle(stream, held[i]);
    rv_pw_stream_close(stream);
    rv_pw_disconnect(client);
}

static void sound_comes(void)
{
    struct rv_pw_client *client = connect_or_fail();
    struct rv_pw_stream *stream = open_stream(client, "test-audio", RV_PW_AUDIO, RV_PW_F32);
    struct rv_pw_counters counters;
    take(stream, 50, 0, NULL);
    rv_pw_stream_counters(stream, &counters);
    printf("audio: %llu buffers, %llu copied from private memory, %llu because buffers were scarce\n", (unsigned long long)counters.buffers,
           (unsigned long long)counters.copied_private, (unsigned long long)counters.copied_scarce);
    rv_pw_stream_close(stream);
    rv_pw_disconnect(client);
}

static void sound_is_taken(void)
{
    struct rv_pw_client *client = connect_or_fail();
    struct rv_pw_stream_params params = {
        .name = "stream-test", .target = "test-sink", .direction = RV_PW_PLAYBACK, .media = RV_PW_AUDIO, .format_count = 1,
        .formats = {RV_PW_S16}, .ring_bytes = 50000};
    struct rv_pw_stream *stream;
    static const int16_t sound[30000];
    CHECK(rv_pw_stream_open(client, &params, &stream) == 0);
    /* The ring's size is the next power of two, so it has room for more than requested. */
    CHECK(rv_pw_stream_write(stream, sound, 50000) == 50000);
    CHECK(rv_pw_stream_write(stream, sound, 50000) == 65536 - 50000);
    CHECK(rv_pw_stream_write(stream, sound, 1) == 0);
    uint64_t taken = 0, silence = 0;
    int64_t now = 0;
    while (silence == 0) {
        struct rv_pw_record record;
        struct rv_pw_event event;
        CHECK(rv_pw_stream_wait(stream, TIMEOUT) == 1);
        while (rv_pw_stream_next_event(stream, &event) == 1)
            CHECK(event.kind != RV_PW_EVENT_ERROR && event.kind != RV_PW_EVENT_GONE);
        while (rv_pw_stream_read(stream, &record, 1) == 1) {
            CHECK(record.slot == RV_PW_NO_SLOT && record.time_now > now);
            CHECK(record.behind + record.dropped == taken + silence + record.planes[0].size);
            taken = record.behind;
            silence = record.dropped;
            now = record.time_now;
            rv_pw_stream_recycle(stream, record.slot);
        }
    }

    CHECK(taken == 65536);
    rv_pw_stream_close(stream);
    rv_pw_disconnect(client);
}

static void *interrupt(void *stream)
{
    rv_pw_stream_interrupt(stream);
    return NULL;
}

static void wait_is_interrupted(void)
{
    struct rv_pw_client *client = connect_or_fail();
    struct rv_pw_stream *stream = open_stream(client, "test-video", RV_PW_VIDEO, RV_PW_RGB);
    pthread_t thread;
    pthread_create(&thread, NULL, interrupt, stream);
    CHECK(rv_pw_stream_wait(stream, TIMEOUT) == 1);
    pthread_join(thread, NULL);
    rv_pw_stream_close(stream);
    rv_pw_disconnect(client);
}

int main(void)
{
    CHECK(rv_pw_abi() == RV_PW_ABI);
    no_daemon_is_said_at_once();
    socket_that_is_none_or_dead_is_refused_and_closed();
    const char *folder = getenv("RV_PIPEWIRE_FOLDER");
    if (folder == NULL)
        SKIP("RV_PIPEWIRE_FOLDER does not name a daemon's folder; run this test by tests/lab/pipewire-headless");

    snprintf(remote, sizeof(remote), "%s/pipewire-0", folder);
    missing_target_is_refused();
    nodes_are_listed();
    wait_is_interrupted();
    pictures_come_and_outlive_the_stream();
    pictures_come_over_a_socket_by_the_nodes_id();
    reader_that_keeps_all_gets_copies();
    slot_that_is_held_is_not_lent_again();
    sound_comes();
    sound_is_taken();
    return 0;
}
