#include "connection.h"

#include <errno.h>
#include <spa/param/buffers.h>
#include <spa/param/param.h>
#include <spa/pod/builder.h>
#include <string.h>

#include "buffers.h"
#include "formats.h"
#include "process.h"
#include "target.h"

#define DEFAULT_BUFFERS 8
#define LEAST_BUFFERS 4
#define MOST_BUFFERS 16

/* ---- PipeWire calls these on the loop's thread with its lock held; only the process callback runs on another thread. ---- */

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
    rv_events_post(&stream->events, &event);
}

static void on_state_changed(void *data, enum pw_stream_state old, enum pw_stream_state state, const char *error)
{
    struct rv_pw_stream *stream = data;
    (void)old;
    rv_events_post_text(&stream->events, RV_PW_EVENT_STATE, (int)state, error);
    if (state == PW_STREAM_STATE_PAUSED && stream->links.node == PW_ID_ANY)
        stream->links.node = pw_stream_get_node_id(stream->stream);
    rv_links_try(&stream->links);
}

static const struct pw_stream_events stream_events = {
    PW_VERSION_STREAM_EVENTS,
    .state_changed = on_state_changed,
    .param_changed = on_param_changed,
    .add_buffer = rv_buffers_add,
    .remove_buffer = rv_buffers_remove,
    .process = rv_process,
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
        rv_events_post_text(&stream->events, RV_PW_EVENT_ERROR, -ENODEV, "the node is gone");
}

static void on_refused(struct rv_watcher *watcher, uint32_t id, int error, const char *text)
{
    struct rv_pw_stream *stream = of_watcher(watcher);
    if (rv_links_has(&stream->links, id))
        rv_events_post_text(&stream->events, RV_PW_EVENT_ERROR, error, text);
}

static void on_gone(struct rv_watcher *watcher, int error, const char *text)
{
    rv_events_post_text(&of_watcher(watcher)->events, RV_PW_EVENT_GONE, error, text);
}

/* ---- On the caller's threads, with the loop's lock held. ---- */

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
    if (target != NULL && is_capture && rv_target_is_sink(target))
        pw_properties_set(properties, PW_KEY_STREAM_CAPTURE_SINK, "true");
    if (!is_managed && !is_video)
        /* Without this, the node has no ports until a session manager adds some. */
        pw_properties_set(properties, "adapter.auto-port-config", "{ mode = dsp monitor = false position = preserve }");
    if (params->quantum > 0)
        pw_properties_setf(properties, PW_KEY_NODE_LATENCY, "%d/%d", params->quantum,
                           params->sample_rate > 0 ? params->sample_rate : 48000);
    return properties;
}

int rv_connection_open(struct rv_pw_stream *stream, const struct rv_pw_stream_params *params)
{
    struct rv_pw_client *client = stream->client;
    if (client->error < 0)
        return client->error;

    bool is_managed = params->link == RV_PW_LINK_MANAGER
        || (params->link == RV_PW_LINK_AUTO && (client->is_portal || rv_client_has_manager(client)));
    bool is_named = params->target != NULL || params->target_id != 0;
    struct rv_global *target = rv_target_find(client, params);
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
    /* A caller that asked for a screen must not get a camera when the screen is gone. */
    if (params->target_id != 0)
        flags |= PW_STREAM_FLAG_DONT_RECONNECT;
    return pw_stream_connect(stream->stream, is_capture ? PW_DIRECTION_INPUT : PW_DIRECTION_OUTPUT,
                             params->target_id != 0 ? params->target_id : PW_ID_ANY, flags, &offer, 1);
}

void rv_connection_close(struct rv_pw_stream *stream)
{
    if (stream->stream == NULL)
        return;

    spa_list_remove(&stream->watcher.link);
    /* Stop the source before its link ends: a source that drives itself writes into the freed link (Debian 12's videotestsrc). */
    if (stream->client->error == 0)
        pw_stream_set_active(stream->stream, false);
    rv_links_remove(&stream->links);
    /* The listener must still be there: it takes each buffer out of its slot. If the reader has the slot, its memory stays. */
    pw_stream_destroy(stream->stream);
}
