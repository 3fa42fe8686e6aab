#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <spa/param/param.h>
#include <spa/param/buffers.h>
#include <spa/pod/builder.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bytes.h"
#include "client.h"
#include "formats.h"
#include "links.h"
#include "ring.h"
#include "slots.h"

#define DEFAULT_BUFFERS 8
#define LEAST_BUFFERS 4
#define MOST_BUFFERS 16

/* Fewer than this many buffers left for the producer, and it loses frames. */
#define LEAST_IN_GRAPH 2

#define EVENTS 64

#define MOST_RING_BYTES (1 << 28)

struct rv_pw_stream {
    struct rv_pw_client *client;
    struct pw_stream *stream;
    struct spa_hook listener;
    struct rv_watcher watcher;
    struct rv_links links;
    uint32_t target; /* the node that was asked for; PW_ID_ANY where any will do */
    struct rv_pw_stream_params params; /* the texts are not kept */
    int ready;                         /* eventfd */

    /* The owner's, and one for each slot that is out: memory outlives the stream until the last is back. */
    _Atomic uint64_t references;
    _Atomic uint32_t format_serial;
    _Atomic uint64_t buffers, copied_scarce, copied_private, dropped, wakeups;

    /* Events come from the loop's thread, which may wait a moment; the process callback never takes this lock. */
    pthread_mutex_t lock;
    struct rv_pw_event events[EVENTS];
    uint32_t first_event;
    _Atomic uint32_t event_count;

    /* Of playback: sound on its way out, and the bytes of one sample of all channels. */
    struct rv_bytes sound;
    _Atomic uint32_t frame_bytes;
    uint64_t silence; /* the process callback's */

    /* Of capture, the process callback's: the source does not wait for buffers that the reader has. */
    bool is_overwriting;

    struct rv_ring ring;
    struct rv_slots slots;
};

static int64_t monotonic(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return SPA_TIMESPEC_TO_NSEC(&time);
}

static void signal_reader(struct rv_pw_stream *stream)
{
    /* It would wait only where the count overflows, after 2^64 signals that nobody has read. */
    eventfd_write(stream->ready, 1);
}

static void post(struct rv_pw_stream *stream, const struct rv_pw_event *event)
{
    pthread_mutex_lock(&stream->lock);
    if (stream->event_count == EVENTS) {
        /* Nobody reads. What comes last says how things stand. */
        stream->first_event = (stream->first_event + 1) % EVENTS;
        stream->event_count--;
    }

    stream->events[(stream->first_event + stream->event_count++) % EVENTS] = *event;
    pthread_mutex_unlock(&stream->lock);
    signal_reader(stream);
}

static void post_text(struct rv_pw_stream *stream, int kind, int code, const char *text)
{
    struct rv_pw_event event = {.kind = kind, .code = code};
    snprintf(event.text, sizeof(event.text), "%s", text != NULL ? text : "");
    post(stream, &event);
}

/* ---- On PipeWire's real-time thread: no lock, no allocation, no wait. ---- */

static void queue_again(void *data, void *buffer)
{
    struct rv_pw_stream *stream = data;
    pw_stream_queue_buffer(stream->stream, buffer);
}

/*
 * Points the record at the valid bytes: through a mapping of this library's own where there is one, for PipeWire does not map all memory (no
 * DMABUF, for one), and what it maps it unmaps when it likes. Their count.
 */
static uint64_t find_planes(const struct spa_buffer *buffer, const struct rv_slot *slot, struct rv_pw_record *record)
{
    uint64_t bytes = 0;
    record->plane_count = buffer->n_datas < RV_PW_MAX_PLANES ? buffer->n_datas : RV_PW_MAX_PLANES;
    for (uint32_t i = 0; i < record->plane_count; i++) {
        const struct spa_data *data = &buffer->datas[i];
        uint32_t offset = data->maxsize > 0 ? data->chunk->offset % data->maxsize : 0;
        uint32_t size = SPA_MIN(data->chunk->size, data->maxsize - offset);
        uint8_t *memory = slot != NULL && i < slot->map_count ? slot->maps[i].data : data->data;
        record->planes[i] = (struct rv_pw_plane){memory != NULL ? memory + offset : NULL, size, data->chunk->stride};
        record->flags |= SPA_FLAG_IS_SET(data->chunk->flags, SPA_CHUNK_FLAG_CORRUPTED) ? RV_PW_RECORD_CORRUPTED : 0;
        bytes += size;
    }

    return bytes;
}

static void read_header(const struct spa_buffer *buffer, struct rv_pw_record *record)
{
    const struct spa_meta_header *header = spa_buffer_find_meta_data(buffer, SPA_META_Header, sizeof(*header));
    record->pts = RV_PW_ABSENT;
    if (header == NULL)
        return;

    record->flags |= RV_PW_RECORD_HEADER;
    record->flags |= SPA_FLAG_IS_SET(header->flags, SPA_META_HEADER_FLAG_CORRUPTED) ? RV_PW_RECORD_CORRUPTED : 0;
    record->pts = header->pts < 0 ? RV_PW_ABSENT : header->pts;
    record->dts_offset = header->dts_offset;
    record->seq = header->seq;
    record->header_flags = header->flags;
}

/* Leases the graph's buffer itself. */
static void lease_own(struct rv_pw_stream *stream, struct rv_slot *slot, struct rv_pw_record *record)
{
    record->slot = slot->index;
    rv_slots_lease(&stream->slots, slot);
}

/* Leases a copy; false where there is no room for one, or the bytes cannot be seen from here. */
static bool lease_copy(struct rv_pw_stream *stream, const struct rv_slot *from, uint64_t bytes, struct rv_pw_record *record)
{
    for (uint32_t i = 0; i < record->plane_count; i++) {
        if (record->planes[i].size > 0 && record->planes[i].data == NULL)
            return false;
    }

    struct rv_slot *slot = rv_slots_lease_copy(&stream->slots, bytes);
    if (slot == NULL)
        return false;

    uint8_t *to = slot->maps[0].data;
    rv_slot_sync(from, 1);
    for (uint32_t i = 0; i < record->plane_count; i++) {
        if (record->planes[i].size > 0)
            memcpy(to, record->planes[i].data, record->planes[i].size);
        record->planes[i].data = to;
        to += record->planes[i].size;
    }

    rv_slot_sync(from, 0);
    record->slot = slot->index;
    record->flags |= RV_PW_RECORD_COPIED;
    return true;
}

static void add(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static void read_time(struct rv_pw_stream *stream, struct rv_pw_record *record)
{
    struct pw_time time = {0};
    pw_stream_get_time_n(stream->stream, &time, sizeof(time));
    record->time_now = time.now;
    record->time_ticks = time.ticks;
    record->time_delay = time.delay;
    record->time_buffered = time.buffered + (stream->params.direction == RV_PW_PLAYBACK ? time.queued : 0);
    record->time_rate = (struct rv_pw_rational){time.rate.num, time.rate.denom};
}

/* What is there of sound, and silence for the rest: a graph does not wait. */
static void play(struct rv_pw_stream *stream)
{
    struct rv_pw_record record = {
        .slot = RV_PW_NO_SLOT,
        .pts = RV_PW_ABSENT,
        .format_serial = atomic_load_explicit(&stream->format_serial, memory_order_acquire),
        .arrival = monotonic(),
    };
    uint32_t unit = atomic_load_explicit(&stream->frame_bytes, memory_order_acquire);
    struct pw_buffer *buffer = unit == 0 ? NULL : pw_stream_dequeue_buffer(stream->stream);
    add(&stream->wakeups);
    if (buffer == NULL)
        return;

    struct spa_data *data = &buffer->buffer->datas[0];
    uint32_t frames = data->maxsize / unit;
    frames = buffer->requested > 0 ? SPA_MIN(frames, (uint32_t)buffer->requested) : frames;
    read_time(stream, &record);
    uint32_t size = frames * unit;
    uint32_t filled = data->data == NULL ? 0 : rv_bytes_read(&stream->sound, data->data, size, unit);
    if (data->data != NULL)
        memset((uint8_t *)data->data + filled, 0, size - filled);
    stream->silence += size - filled;
    *data->chunk = (struct spa_chunk){.offset = 0, .size = size, .stride = (int32_t)unit};
    buffer->size = frames;
    pw_stream_queue_buffer(stream->stream, buffer);

    add(&stream->buffers);
    record.behind = atomic_load_explicit(&stream->sound.read, memory_order_relaxed);
    record.dropped = stream->silence;
    record.planes[0].size = size;
    /* Nobody reads: then nobody wants to know either. */
    rv_ring_put(&stream->ring, &record);
    signal_reader(stream);
}

static void on_process(void *data)
{
    struct rv_pw_stream *stream = data;
    if (stream->params.direction == RV_PW_PLAYBACK) {
        play(stream);
        return;
    }

    struct pw_buffer *taken[RV_GRAPH_SLOTS];
    uint64_t sizes[RV_GRAPH_SLOTS], behind = 0;
    struct rv_pw_record cycle = {0};
    uint32_t count = 0;
    int64_t arrival = monotonic();
    add(&stream->wakeups);
    uint32_t in_graph = rv_slots_take_returned(&stream->slots, queue_again, stream);
    read_time(stream, &cycle);
    while (count < RV_GRAPH_SLOTS && (taken[count] = pw_stream_dequeue_buffer(stream->stream)) != NULL) {
        struct rv_pw_record ignored = {0};
        sizes[count] = find_planes(taken[count]->buffer, NULL, &ignored);
        behind += sizes[count++];
    }

    for (uint32_t i = 0; i < count; i++) {
        struct spa_buffer *buffer = taken[i]->buffer;
        struct rv_slot *slot = taken[i]->user_data;
        struct rv_pw_record record = cycle;
        record.format_serial = atomic_load_explicit(&stream->format_serial, memory_order_acquire);
        record.arrival = arrival;
        record.dropped = atomic_load_explicit(&stream->dropped, memory_order_relaxed);
        find_planes(buffer, slot, &record);
        read_header(buffer, &record);
        behind -= sizes[i];
        record.behind = behind;
        add(&stream->buffers);

        bool is_private = slot == NULL || slot->map_count < record.plane_count;
        bool is_scarce = in_graph < LEAST_IN_GRAPH + 1;
        /*
         * Sources within the daemon fill their buffers in turn, whether they got them back or not. The slot is the reader's still, so what
         * came is copied, and the buffer goes back with the slot. Where that has spoilt what the reader has, all is copied from then on.
         */
        bool is_held = slot != NULL && !rv_slot_is_in_graph(slot);
        if (is_held && rv_slot_is_leased(slot)) {
            stream->is_overwriting = true;
            record.flags |= RV_PW_RECORD_OVERWROTE;
        }

        if (!is_private && !is_scarce && !is_held && !stream->is_overwriting) {
            lease_own(stream, slot, &record);
            in_graph--;
        } else {
            bool is_copied = lease_copy(stream, slot, sizes[i], &record);
            if (!is_held)
                pw_stream_queue_buffer(stream->stream, taken[i]);
            if (!is_copied) {
                add(&stream->dropped);
                continue;
            }

            add(is_private ? &stream->copied_private : &stream->copied_scarce);
        }

        atomic_fetch_add_explicit(&stream->references, 1, memory_order_relaxed);
        rv_ring_put(&stream->ring, &record);
    }

    if (count > 0)
        signal_reader(stream);
}

/* ---- On the loop's thread. ---- */

static void on_add_buffer(void *data, struct pw_buffer *buffer)
{
    struct rv_pw_stream *stream = data;
    size_t size = 0;
    if (stream->params.direction == RV_PW_PLAYBACK)
        return;

    /* Sound comes from PipeWire's adapter within this process, on its heap: the kernel would only log that it cannot be done. */
    bool is_shared = stream->params.media != RV_PW_AUDIO;
    struct rv_slot *slot = rv_slots_add(&stream->slots, buffer);
    buffer->user_data = slot;
    uint32_t count = buffer->buffer->n_datas < RV_PW_MAX_PLANES ? buffer->buffer->n_datas : RV_PW_MAX_PLANES;
    for (uint32_t i = 0; i < count; i++) {
        const struct spa_data *plane = &buffer->buffer->datas[i];
        size += plane->maxsize;
        if (slot == NULL || slot->map_count < i)
            continue;

        /* A mapping of our own, because PipeWire unmaps its memory when the daemon goes or formats change, whoever reads. */
        bool is_file = (plane->type == SPA_DATA_MemFd || plane->type == SPA_DATA_DmaBuf) && plane->fd >= 0;
        int error = is_file
            ? rv_map_fd((int)plane->fd, plane->mapoffset, plane->maxsize, plane->type == SPA_DATA_DmaBuf, &slot->maps[i])
            : plane->data != NULL && is_shared ? rv_map_again(plane->data, plane->maxsize, &slot->maps[i]) : -EINVAL;
        if (error == 0)
            slot->map_count++;
    }

    rv_slots_make_copies(&stream->slots, size);
}

static void on_remove_buffer(void *data, struct pw_buffer *buffer)
{
    struct rv_pw_stream *stream = data;
    if (buffer->user_data != NULL)
        rv_slots_remove(&stream->slots, buffer->user_data);
    buffer->user_data = NULL;
}

static void on_param_changed(void *data, uint32_t id, const struct spa_pod *pod)
{
    struct rv_pw_stream *stream = data;
    if (id != SPA_PARAM_Format || pod == NULL)
        return;

    struct rv_pw_event event = {.kind = RV_PW_EVENT_FORMAT};
    int error = rv_formats_parse(pod, &event.format);
    if (error < 0) {
        pw_stream_set_error(stream->stream, error, "a format was negotiated that was not offered");
        return;
    }

    uint8_t memory[1024];
    struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
    int wished = stream->params.buffers > 0 ? stream->params.buffers : DEFAULT_BUFFERS;
    wished = SPA_CLAMP(wished, LEAST_BUFFERS, MOST_BUFFERS);
    const struct spa_pod *wishes[] = {
        spa_pod_builder_add_object(&builder, SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers,
            SPA_PARAM_BUFFERS_buffers, SPA_POD_CHOICE_RANGE_Int(wished, LEAST_BUFFERS, MOST_BUFFERS),
            SPA_PARAM_BUFFERS_dataType,
            SPA_POD_CHOICE_FLAGS_Int((1 << SPA_DATA_MemPtr) | (1 << SPA_DATA_MemFd) | (1 << SPA_DATA_DmaBuf))),
        spa_pod_builder_add_object(&builder, SPA_TYPE_OBJECT_ParamMeta, SPA_PARAM_Meta,
            SPA_PARAM_META_type, SPA_POD_Id(SPA_META_Header),
            SPA_PARAM_META_size, SPA_POD_Int(sizeof(struct spa_meta_header))),
    };
    pw_stream_update_params(stream->stream, wishes, SPA_N_ELEMENTS(wishes));
    atomic_store_explicit(&stream->frame_bytes, rv_formats_sample_bytes(event.format.format) * (uint32_t)event.format.channels,
                          memory_order_release);
    event.format_serial = atomic_fetch_add_explicit(&stream->format_serial, 1, memory_order_release) + 1;
    post(stream, &event);
}

static void on_state_changed(void *data, enum pw_stream_state old, enum pw_stream_state state, const char *error)
{
    struct rv_pw_stream *stream = data;
    (void)old;
    post_text(stream, RV_PW_EVENT_STATE, (int)state, error);
    if (state == PW_STREAM_STATE_PAUSED && stream->links.node == PW_ID_ANY)
        stream->links.node = pw_stream_get_node_id(stream->stream);
    rv_links_try(&stream->links);
}

static const struct pw_stream_events stream_events = {
    PW_VERSION_STREAM_EVENTS,
    .state_changed = on_state_changed,
    .param_changed = on_param_changed,
    .add_buffer = on_add_buffer,
    .remove_buffer = on_remove_buffer,
    .process = on_process,
};

static struct rv_pw_stream *of_watcher(struct rv_watcher *watcher)
{
    return SPA_CONTAINER_OF(watcher, struct rv_pw_stream, watcher);
}

static void on_registry_changed(struct rv_watcher *watcher)
{
    rv_links_try(&of_watcher(watcher)->links);
}

static void on_removed(struct rv_watcher *watcher, uint32_t id)
{
    struct rv_pw_stream *stream = of_watcher(watcher);
    if (id == stream->target)
        post_text(stream, RV_PW_EVENT_ERROR, -ENODEV, "the node is gone");
}

static void on_refused(struct rv_watcher *watcher, uint32_t id, int error, const char *text)
{
    struct rv_pw_stream *stream = of_watcher(watcher);
    if (rv_links_has(&stream->links, id))
        post_text(stream, RV_PW_EVENT_ERROR, error, text);
}

static void on_gone(struct rv_watcher *watcher, int error, const char *text)
{
    post_text(of_watcher(watcher), RV_PW_EVENT_GONE, error, text);
}

/* ---- On the caller's threads. ---- */

/* The class that the other side's node has; a sink's monitor can be recorded too. */
static bool fits(const struct rv_global *global, const struct rv_pw_stream_params *params)
{
    const char *media_class = rv_global_get(global, PW_KEY_MEDIA_CLASS);
    const char *medium = params->media == RV_PW_VIDEO ? "Video/" : "Audio/";
    if (strcmp(global->type, PW_TYPE_INTERFACE_Node) != 0 || strncmp(media_class, medium, 6) != 0)
        return false;

    return params->direction == RV_PW_CAPTURE || strstr(media_class, "Sink") != NULL || strstr(media_class, "Duplex") != NULL;
}

static struct rv_global *find_target(struct rv_pw_client *client, const struct rv_pw_stream_params *params)
{
    struct rv_global *global, *best = NULL;
    long highest = -1;
    if (params->target_id != 0) {
        global = rv_client_find(client, params->target_id);
        return global != NULL && strcmp(global->type, PW_TYPE_INTERFACE_Node) == 0 ? global : NULL;
    }

    spa_list_for_each(global, &client->globals, link) {
        if (!fits(global, params))
            continue;

        if (params->target != NULL) {
            if (strcmp(rv_global_get(global, PW_KEY_NODE_NAME), params->target) == 0
                || strcmp(rv_global_get(global, PW_KEY_OBJECT_SERIAL), params->target) == 0)
                return global;
            continue;
        }

        long priority = strtol(rv_global_get(global, PW_KEY_PRIORITY_SESSION), NULL, 10);
        bool is_monitor = params->direction == RV_PW_CAPTURE && strstr(rv_global_get(global, PW_KEY_MEDIA_CLASS), "Sink") != NULL;
        if (!is_monitor && priority > highest) {
            best = global;
            highest = priority;
        }
    }

    return best;
}

static struct pw_properties *properties_of(const struct rv_pw_stream_params *params, const struct rv_global *target, bool is_managed)
{
    bool is_video = params->media == RV_PW_VIDEO, is_capture = params->direction == RV_PW_CAPTURE;
    struct pw_properties *properties = pw_properties_new(
        PW_KEY_MEDIA_TYPE, is_video ? "Video" : "Audio",
        PW_KEY_MEDIA_CATEGORY, is_capture ? "Capture" : "Playback",
        PW_KEY_MEDIA_ROLE, params->target_id != 0 ? "Screen" : is_video ? "Camera" : "Production",
        PW_KEY_NODE_NAME, params->name != NULL ? params->name : "retrovue", NULL);
    if (properties == NULL)
        return NULL;

    if (is_managed && params->target != NULL)
        pw_properties_set(properties, PW_KEY_TARGET_OBJECT, params->target);
    if (target != NULL && is_capture && strstr(rv_global_get(target, PW_KEY_MEDIA_CLASS), "Sink") != NULL)
        pw_properties_set(properties, PW_KEY_STREAM_CAPTURE_SINK, "true");
    if (!is_managed && !is_video)
        /* Else it has no ports until a session manager gives it some. */
        pw_properties_set(properties, "adapter.auto-port-config", "{ mode = dsp monitor = false position = preserve }");
    if (params->quantum > 0)
        pw_properties_setf(properties, PW_KEY_NODE_LATENCY, "%d/%d", params->quantum,
                           params->sample_rate > 0 ? params->sample_rate : 48000);
    return properties;
}

static int connect_stream(struct rv_pw_stream *stream, const struct rv_pw_stream_params *params)
{
    struct rv_pw_client *client = stream->client;
    if (client->error < 0)
        return client->error;

    bool is_managed = params->link == RV_PW_LINK_MANAGER
        || (params->link == RV_PW_LINK_AUTO && (client->is_portal || rv_client_has_manager(client)));
    bool is_named = params->target != NULL || params->target_id != 0;
    struct rv_global *target = find_target(client, params);
    if (target == NULL && (is_named || !is_managed))
        return -ENOENT;

    uint8_t memory[2048];
    struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
    const struct spa_pod *offer = rv_formats_offer(&builder, params);
    if (offer == NULL)
        return -EINVAL;

    struct pw_properties *properties = properties_of(params, target, is_managed);
    stream->stream = properties == NULL ? NULL
        : pw_stream_new(client->core, params->name != NULL ? params->name : "retrovue", properties);
    if (stream->stream == NULL)
        return errno > 0 ? -errno : -ENOMEM;

    bool is_capture = params->direction == RV_PW_CAPTURE;
    stream->target = target != NULL && (is_named || !is_managed) ? target->id : PW_ID_ANY;
    stream->links = (struct rv_links){
        .client = client,
        .node = PW_ID_ANY,
        .target = is_managed ? PW_ID_ANY : target->id,
        .is_capture = is_capture,
        .expected = params->media == RV_PW_VIDEO ? 1 : (uint32_t)(params->channels > 0 ? params->channels : 2),
    };
    stream->watcher = (struct rv_watcher){.changed = on_registry_changed, .removed = on_removed, .failed = on_refused, .gone = on_gone};
    spa_list_append(&client->watchers, &stream->watcher.link);
    pw_stream_add_listener(stream->stream, &stream->listener, &stream_events, stream);
    enum pw_stream_flags flags = PW_STREAM_FLAG_MAP_BUFFERS | PW_STREAM_FLAG_RT_PROCESS;
    if (is_managed)
        flags |= PW_STREAM_FLAG_AUTOCONNECT;
    /* Whoever asked for a screen must not be given a camera when it goes. */
    if (params->target_id != 0)
        flags |= PW_STREAM_FLAG_DONT_RECONNECT;
    return pw_stream_connect(stream->stream, is_capture ? PW_DIRECTION_INPUT : PW_DIRECTION_OUTPUT,
                             params->target_id != 0 ? params->target_id : PW_ID_ANY, flags, &offer, 1);
}

static void release(struct rv_pw_stream *stream)
{
    if (atomic_fetch_sub_explicit(&stream->references, 1, memory_order_acq_rel) != 1)
        return;

    rv_slots_release(&stream->slots);
    free(stream->sound.memory);
    pthread_mutex_destroy(&stream->lock);
    close(stream->ready);
    free(stream);
}

int32_t rv_pw_stream_open(struct rv_pw_client *client, const struct rv_pw_stream_params *params, struct rv_pw_stream **result)
{
    *result = NULL;
    bool is_playback = params->direction == RV_PW_PLAYBACK;
    if (params->media != RV_PW_AUDIO && (params->media != RV_PW_VIDEO || is_playback))
        return -EINVAL;
    if (is_playback && (params->ring_bytes <= 0 || params->ring_bytes > MOST_RING_BYTES))
        return -EINVAL;

    struct rv_pw_stream *stream = aligned_alloc(64, (sizeof(*stream) + 63) / 64 * 64);
    if (stream == NULL)
        return -ENOMEM;

    memset(stream, 0, sizeof(*stream));
    stream->ready = eventfd(0, EFD_CLOEXEC);
    if (stream->ready < 0) {
        int error = -errno;
        free(stream);
        return error;
    }

    if (is_playback) {
        for (stream->sound.capacity = 4096; stream->sound.capacity < (uint32_t)params->ring_bytes;)
            stream->sound.capacity *= 2;
        stream->sound.memory = malloc(stream->sound.capacity);
        if (stream->sound.memory == NULL) {
            close(stream->ready);
            free(stream);
            return -ENOMEM;
        }
    }

    stream->client = client;
    stream->params = *params;
    stream->params.name = stream->params.target = NULL;
    atomic_init(&stream->references, 1);
    pthread_mutex_init(&stream->lock, NULL);
    rv_slots_init(&stream->slots);
    pw_thread_loop_lock(client->loop);
    client->references++;
    int error = connect_stream(stream, params);
    pw_thread_loop_unlock(client->loop);
    if (error < 0) {
        rv_pw_stream_close(stream);
        return error;
    }

    *result = stream;
    return 0;
}

int32_t rv_pw_stream_wait(struct rv_pw_stream *stream, int32_t timeout_ms)
{
    /* Without a limit the read itself waits: one call of the kernel's less for each buffer. */
    if (timeout_ms >= 0) {
        struct pollfd ready = {.fd = stream->ready, .events = POLLIN};
        int result = poll(&ready, 1, timeout_ms);
        if (result <= 0)
            return result == 0 || errno == EINTR ? 0 : -errno;
    }

    eventfd_t count;
    if (eventfd_read(stream->ready, &count) < 0)
        return errno == EINTR ? 0 : -errno;
    return 1;
}

void rv_pw_stream_interrupt(struct rv_pw_stream *stream)
{
    signal_reader(stream);
}

int32_t rv_pw_stream_read(struct rv_pw_stream *stream, struct rv_pw_record *records, int32_t capacity)
{
    int32_t count = 0;
    while (count < capacity && rv_ring_take(&stream->ring, &records[count])) {
        uint32_t index = records[count++].slot;
        if (index == RV_PW_NO_SLOT)
            continue;

        rv_slot_sync(&stream->slots.slots[index], 1);
    }

    return count;
}

int32_t rv_pw_stream_next_event(struct rv_pw_stream *stream, struct rv_pw_event *event)
{
    /* Asked for with each buffer, and there is hardly ever one. */
    if (atomic_load_explicit(&stream->event_count, memory_order_acquire) == 0)
        return 0;

    pthread_mutex_lock(&stream->lock);
    bool is_any = stream->event_count > 0;
    if (is_any) {
        *event = stream->events[stream->first_event];
        stream->first_event = (stream->first_event + 1) % EVENTS;
        stream->event_count--;
    }

    pthread_mutex_unlock(&stream->lock);
    return is_any;
}

int32_t rv_pw_stream_write(struct rv_pw_stream *stream, const void *data, int32_t size)
{
    return size <= 0 ? 0 : (int32_t)rv_bytes_write(&stream->sound, data, (uint32_t)size);
}

void rv_pw_stream_recycle(struct rv_pw_stream *stream, uint32_t slot)
{
    if (slot == RV_PW_NO_SLOT)
        return;

    rv_slots_recycle(&stream->slots, slot);
    release(stream);
}

void rv_pw_stream_counters(struct rv_pw_stream *stream, struct rv_pw_counters *counters)
{
    *counters = (struct rv_pw_counters){
        .buffers = atomic_load_explicit(&stream->buffers, memory_order_relaxed),
        .copied_scarce = atomic_load_explicit(&stream->copied_scarce, memory_order_relaxed),
        .copied_private = atomic_load_explicit(&stream->copied_private, memory_order_relaxed),
        .dropped = atomic_load_explicit(&stream->dropped, memory_order_relaxed),
        .wakeups = atomic_load_explicit(&stream->wakeups, memory_order_relaxed),
        .leased = atomic_load_explicit(&stream->slots.leased, memory_order_relaxed),
    };
}

void rv_pw_stream_close(struct rv_pw_stream *stream)
{
    struct rv_pw_client *client = stream->client;
    pw_thread_loop_lock(client->loop);
    if (stream->stream != NULL) {
        spa_list_remove(&stream->watcher.link);
        /* The source is to stop before its link goes: one that drives itself writes where the link was (Debian 12's videotestsrc). */
        if (client->error == 0)
            pw_stream_set_active(stream->stream, false);
        rv_links_remove(&stream->links);
        /* With the listener still there: each buffer is taken out of its slot, and lives on where the reader has it. */
        pw_stream_destroy(stream->stream);
    }

    pw_thread_loop_unlock(client->loop);
    rv_client_release(client);

    struct rv_pw_record unread;
    while (rv_ring_take(&stream->ring, &unread))
        rv_pw_stream_recycle(stream, unread.slot);
    release(stream);
}
