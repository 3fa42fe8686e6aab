/* Opens and closes streams, and has the functions for their readers. */
#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"

#define MOST_RING_BYTES (1 << 28)

static void release(struct rv_pw_stream *stream)
{
    if (atomic_fetch_sub_explicit(&stream->references, 1, memory_order_acq_rel) != 1)
        return;

    rv_slots_release(&stream->slots);
    free(stream->sound.memory);
    rv_events_release(&stream->events);
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
    int error = rv_events_init(&stream->events);
    if (error < 0) {
        free(stream);
        return error;
    }

    if (is_playback) {
        for (stream->sound.capacity = 4096; stream->sound.capacity < (uint32_t)params->ring_bytes;)
            stream->sound.capacity *= 2;
        stream->sound.memory = malloc(stream->sound.capacity);
        if (stream->sound.memory == NULL) {
            rv_events_release(&stream->events);
            free(stream);
            return -ENOMEM;
        }
    }

    stream->client = client;
    stream->params = *params;
    stream->params.name = stream->params.target = NULL;
    atomic_init(&stream->references, 1);
    rv_slots_init(&stream->slots);
    pw_thread_loop_lock(client->loop);
    client->references++;
    error = rv_connection_open(stream, params);
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
    return rv_events_wait(&stream->events, timeout_ms);
}

void rv_pw_stream_interrupt(struct rv_pw_stream *stream)
{
    rv_events_signal(&stream->events);
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
    return rv_events_take(&stream->events, event);
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
    rv_connection_close(stream);
    pw_thread_loop_unlock(client->loop);
    rv_client_release(client);

    struct rv_pw_record unread;
    while (rv_ring_take(&stream->ring, &unread))
        rv_pw_stream_recycle(stream, unread.slot);
    release(stream);
}
