/* Runs on PipeWire's real-time thread; process.h lists what is forbidden there. */
#include <string.h>

#include "process.h"

/* Gives the sound that is there, and silence for the rest: a graph does not wait. */
void rv_play(struct rv_pw_stream *stream)
{
    struct rv_pw_record record = {
        .slot = RV_PW_NO_SLOT,
        .pts = RV_PW_ABSENT,
        .format_serial = atomic_load_explicit(&stream->format_serial, memory_order_acquire),
        .arrival = rv_process_monotonic(),
    };
    uint32_t unit = atomic_load_explicit(&stream->frame_bytes, memory_order_acquire);
    struct pw_buffer *buffer = unit == 0 ? NULL : pw_stream_dequeue_buffer(stream->stream);
    if (buffer == NULL)
        return;

    struct spa_data *data = &buffer->buffer->datas[0];
    uint32_t frames = data->maxsize / unit;
    frames = buffer->requested > 0 ? SPA_MIN(frames, (uint32_t)buffer->requested) : frames;
    rv_process_read_time(stream, &record);
    uint32_t size = frames * unit;
    uint32_t filled = data->data == NULL ? 0 : rv_bytes_read(&stream->sound, data->data, size, unit);
    if (data->data != NULL)
        memset((uint8_t *)data->data + filled, 0, size - filled);
    stream->silence += size - filled;
    *data->chunk = (struct spa_chunk){.offset = 0, .size = size, .stride = (int32_t)unit};
    buffer->size = frames;
    pw_stream_queue_buffer(stream->stream, buffer);

    rv_process_count(&stream->buffers);
    record.behind = atomic_load_explicit(&stream->sound.read, memory_order_relaxed);
    record.dropped = stream->silence;
    record.planes[0].size = size;
    /* If the ring is full, nobody reads, and the record is dropped. */
    rv_ring_put(&stream->ring, &record);
    rv_events_signal(&stream->events);
}
