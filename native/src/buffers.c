#include "buffers.h"

#include <errno.h>
#include <spa/param/buffers.h>

void rv_buffers_add(void *data, struct pw_buffer *buffer)
{
    struct rv_pw_stream *stream = data;
    size_t size = 0;
    if (stream->params.direction == RV_PW_PLAYBACK)
        return;

    /* Sound comes from PipeWire's adapter in this process, on the heap. The kernel cannot map that twice, and would log the attempt. */
    bool is_shared = stream->params.media != RV_PW_AUDIO;
    struct rv_slot *slot = rv_slots_add(&stream->slots, buffer);
    buffer->user_data = slot;
    uint32_t count = buffer->buffer->n_datas < RV_PW_MAX_PLANES ? buffer->buffer->n_datas : RV_PW_MAX_PLANES;
    for (uint32_t i = 0; i < count; i++) {
        const struct spa_data *plane = &buffer->buffer->datas[i];
        size += plane->maxsize;
        if (slot == NULL || slot->map_count < i)
            continue;

        /* A mapping of our own: PipeWire unmaps its memory when the daemon ends or formats change, even if a reader still uses it. */
        bool is_file = (plane->type == SPA_DATA_MemFd || plane->type == SPA_DATA_DmaBuf) && plane->fd >= 0;
        int error = is_file
            ? rv_map_fd((int)plane->fd, plane->mapoffset, plane->maxsize, plane->type == SPA_DATA_DmaBuf, &slot->maps[i])
            : plane->data != NULL && is_shared ? rv_map_again(plane->data, plane->maxsize, &slot->maps[i]) : -EINVAL;
        if (error == 0)
            slot->map_count++;
    }

    rv_slots_make_copies(&stream->slots, size);
}

void rv_buffers_remove(void *data, struct pw_buffer *buffer)
{
    struct rv_pw_stream *stream = data;
    if (buffer->user_data != NULL)
        rv_slots_remove(&stream->slots, buffer->user_data);
    buffer->user_data = NULL;
}
