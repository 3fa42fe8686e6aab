/* Runs on PipeWire's real-time thread; process.h lists what is forbidden there. */
#include <spa/param/buffers.h>
#include <string.h>

#include "process.h"

/* With fewer buffers than this in the graph, the producer loses frames. */
#define LEAST_IN_GRAPH 2

static void queue_again(void *data, void *buffer)
{
    struct rv_pw_stream *stream = data;
    pw_stream_queue_buffer(stream->stream, buffer);
}

/*
 * Points the record at the valid bytes, and returns their number. Uses a mapping of this library if there is one: PipeWire does not map all
 * memory (a DMABUF, for example), and can unmap the rest at any time.
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

/* Leases a copy; false if there is no memory for one, or the bytes are not mapped here. */
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

void rv_capture(struct rv_pw_stream *stream)
{
    struct pw_buffer *taken[RV_GRAPH_SLOTS];
    uint64_t sizes[RV_GRAPH_SLOTS], behind = 0;
    struct rv_pw_record cycle = {0};
    uint32_t count = 0;
    int64_t arrival = rv_process_monotonic();
    uint32_t in_graph = rv_slots_take_returned(&stream->slots, queue_again, stream);
    rv_process_read_time(stream, &cycle);
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
        rv_process_count(&stream->buffers);

        bool is_private = slot == NULL || slot->map_count < record.plane_count;
        bool is_scarce = in_graph < LEAST_IN_GRAPH + 1;
        /*
         * Sources within the daemon fill their buffers in turn, even if they have not been returned. Then the reader still has the slot, so
         * the new bytes are copied, and the buffer is returned with the slot. If the source has overwritten bytes that the reader has, all
         * buffers are copied from then on.
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
                rv_process_count(&stream->dropped);
                continue;
            }

            rv_process_count(is_private ? &stream->copied_private : &stream->copied_scarce);
        }

        atomic_fetch_add_explicit(&stream->references, 1, memory_order_relaxed);
        rv_ring_put(&stream->ring, &record);
    }

    if (count > 0)
        rv_events_signal(&stream->events);
}
