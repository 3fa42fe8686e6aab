/*
 * The bridge between PipeWire and managed code.
 *
 * PipeWire calls a stream's process callback on its real-time thread, which must not wait for a garbage collector. Here that callback
 * is C: it puts a plain record of each buffer into a ring and signals an eventfd. The reader takes records on a thread of its own and
 * gives each slot back from any thread; only the process callback dequeues and queues buffers on the stream.
 *
 * Functions return zero or a count, or a negated errno value. None waits longer than the time it is told; those without one do not wait
 * for the daemon at all. Times are nanoseconds of CLOCK_MONOTONIC unless said otherwise.
 */
#ifndef RETROVUE_PIPEWIRE_H
#define RETROVUE_PIPEWIRE_H

#include <stdint.h>

#define RV_PW_EXPORT __attribute__((visibility("default")))

/* Changes with every change of a struct or of what a function does: the caller compares it with the library's own. */
#define RV_PW_ABI 3

#define RV_PW_MAX_PLANES 4
#define RV_PW_MAX_FORMATS 16
#define RV_PW_TEXT 256
#define RV_PW_ABSENT INT64_MIN
#define RV_PW_NO_SLOT UINT32_MAX

enum rv_pw_direction {
    RV_PW_CAPTURE = 0,
    RV_PW_PLAYBACK = 1,
};

enum rv_pw_media {
    RV_PW_MEDIA_UNKNOWN = 0,
    RV_PW_AUDIO = 1,
    RV_PW_VIDEO = 2,
};

/* Raw formats: sound is interleaved and in native byte order. */
enum rv_pw_format {
    RV_PW_FORMAT_UNKNOWN = 0,
    RV_PW_S16 = 1,
    RV_PW_S32 = 2,
    RV_PW_F32 = 3,
    RV_PW_YUY2 = 16,
    RV_PW_UYVY = 17,
    RV_PW_RGB = 18,
    RV_PW_BGR = 19,
    RV_PW_RGBX = 20,
    RV_PW_BGRX = 21,
    RV_PW_RGBA = 22,
    RV_PW_BGRA = 23,
    RV_PW_I420 = 24,
    RV_PW_NV12 = 25,
    RV_PW_GRAY8 = 26,
};

/* Who connects the stream's ports with the target's. */
enum rv_pw_link {
    RV_PW_LINK_AUTO = 0,    /* the session manager where one runs, else the bridge; on a portal's connection always the former */
    RV_PW_LINK_MANAGER = 1, /* the session manager, from the property target.object */
    RV_PW_LINK_SELF = 2,    /* the bridge, through the daemon's link factory */
};

enum rv_pw_state {
    RV_PW_STATE_ERROR = -1,
    RV_PW_STATE_UNCONNECTED = 0,
    RV_PW_STATE_CONNECTING = 1,
    RV_PW_STATE_PAUSED = 2,
    RV_PW_STATE_STREAMING = 3,
};

enum rv_pw_event_kind {
    RV_PW_EVENT_STATE = 1,  /* code: rv_pw_state; text: the error where there is one */
    RV_PW_EVENT_FORMAT = 2, /* format and format_serial */
    RV_PW_EVENT_ERROR = 3,  /* code: negated errno; text */
    RV_PW_EVENT_GONE = 4,   /* the daemon is gone; code: negated errno; text. Nothing comes after it. */
};

enum rv_pw_record_flags {
    RV_PW_RECORD_HEADER = 1,    /* pts, dts_offset, seq and header_flags are the buffer's own */
    RV_PW_RECORD_COPIED = 2,    /* the bytes are a copy in the bridge's memory */
    RV_PW_RECORD_CORRUPTED = 4, /* the header or a chunk says that the bytes are damaged */
    RV_PW_RECORD_OVERWROTE = 8, /* the source wrote them over older ones that the reader has still */
};

struct rv_pw_rational {
    uint32_t num;
    uint32_t den;
};

/* A negotiated format. */
struct rv_pw_format_info {
    int32_t media;
    int32_t format;
    int32_t width;
    int32_t height;
    struct rv_pw_rational frame_rate; /* 0/1 where it varies */
    int32_t interlaced;
    int32_t sample_rate;
    int32_t channels;
    int32_t reserved;
};

struct rv_pw_event {
    int32_t kind;
    int32_t code;
    uint32_t format_serial;
    struct rv_pw_format_info format;
    char text[RV_PW_TEXT];
};

/* What a stream is to be. Zero means any, or the default, where nothing else is said. */
struct rv_pw_stream_params {
    const char *name;   /* of the stream's own node */
    const char *target; /* node name or object serial of the other side; null: the first, or the session manager's choice */
    uint32_t target_id; /* the other side's id instead, whatever its class: how a portal names a screen. 0: by target */
    int32_t direction;
    int32_t media;
    int32_t link;
    int32_t buffers; /* wished for, 4 to 16; 8 where zero */
    int32_t format_count;
    int32_t formats[RV_PW_MAX_FORMATS]; /* acceptable ones, the favourite first */
    int32_t width;                      /* the favourite size; any other is taken too unless exact_size */
    int32_t height;
    int32_t exact_size;
    struct rv_pw_rational frame_rate; /* the favourite; any other is taken too unless exact_rate */
    int32_t exact_rate;
    struct rv_pw_rational max_frame_rate; /* of pictures that come when they change: at most so many a second */
    int32_t sample_rate; /* of sound: 48000 where zero */
    int32_t channels;    /* of sound: 2 where zero */
    int32_t quantum;     /* of sound: samples wished for in a buffer */
    int32_t ring_bytes;  /* of playback: how much may be written ahead, at least */
};

struct rv_pw_plane {
    void *data; /* the first valid byte */
    uint32_t size;
    int32_t stride;
};

/*
 * One filled buffer. The slot is the reader's until it recycles it. Of playback: a cycle of the graph, without a slot. It has taken so
 * many bytes as the first plane's size says, silence included, which are heard when its delay is over; then the next cycle takes what was
 * written after the first "behind" bytes.
 */
struct rv_pw_record {
    uint32_t slot;
    uint32_t flags;
    uint32_t format_serial; /* of the format event that describes it */
    uint32_t plane_count;
    struct rv_pw_plane planes[RV_PW_MAX_PLANES];
    int64_t pts; /* spa_meta_header; RV_PW_ABSENT where there is none or the source left it below zero */
    int64_t dts_offset;
    uint64_t seq;
    uint32_t header_flags;
    uint32_t reserved;
    int64_t time_now; /* pw_time, of the graph cycle that brought the buffer; 0 where the source drives itself */
    uint64_t time_ticks;
    int64_t time_delay;    /* in units of time_rate, as ticks */
    uint64_t time_buffered; /* samples inside the resampler; of playback, and queued before it */
    struct rv_pw_rational time_rate;
    int64_t arrival;  /* when the process callback took it */
    uint64_t behind;  /* bytes that the same callback took after this buffer; of playback, bytes of sound taken so far */
    uint64_t dropped; /* buffers let go unread so far, for want of memory; of playback, bytes of silence for want of sound */
};

/* What has happened on a stream so far. */
struct rv_pw_counters {
    uint64_t buffers;        /* filled buffers that came */
    uint64_t copied_scarce;  /* copied because fewer than two would have been left in the graph, or the source overwrites what is held */
    uint64_t copied_private; /* copied because the memory may go away under a reader */
    uint64_t dropped;        /* let go unread: nothing left to copy into */
    uint64_t wakeups;        /* process callbacks */
    uint64_t leased;         /* slots that the reader has now */
};

/* A node of the daemon's. */
struct rv_pw_node {
    uint32_t id;
    uint32_t reserved;
    uint64_t serial;
    char media_class[64];
    char name[RV_PW_TEXT];
    char description[RV_PW_TEXT];
};

/* A format that a node offers. */
struct rv_pw_capability {
    int32_t node;   /* index into the nodes */
    int32_t media;
    int32_t format;
    int32_t width; /* the node's favourite size and rate */
    int32_t height;
    struct rv_pw_rational frame_rate;
    int32_t min_rate; /* of sound */
    int32_t max_rate;
    int32_t min_channels;
    int32_t max_channels;
};

struct rv_pw_client;
struct rv_pw_stream;

/* The RV_PW_ABI that the library was built with. */
RV_PW_EXPORT int32_t rv_pw_abi(void);

/*
 * Connects to a daemon and learns what it has. remote: a name, a socket's path, or null for the usual one.
 * -ENOENT, -ECONNREFUSED: there is no daemon; -ETIMEDOUT: it does not answer.
 */
RV_PW_EXPORT int32_t rv_pw_connect(const char *remote, const char *name, int32_t timeout_ms, struct rv_pw_client **client);

/*
 * The same over a connected socket that is given away, whatever comes of it: a portal's, which shows only what the user agreed to, and
 * neither the session manager nor a link factory.
 */
RV_PW_EXPORT int32_t rv_pw_connect_fd(int32_t fd, const char *name, int32_t timeout_ms, struct rv_pw_client **client);

/* Lets the connection go; it ends with its last stream. */
RV_PW_EXPORT void rv_pw_disconnect(struct rv_pw_client *client);

/*
 * The nodes that have a media class, and the formats that those tell which do. At most so many; *node_count and *capability_count say how
 * many there are.
 */
RV_PW_EXPORT int32_t rv_pw_list(struct rv_pw_client *client, int32_t timeout_ms, struct rv_pw_node *nodes, int32_t node_capacity,
                                int32_t *node_count, struct rv_pw_capability *capabilities, int32_t capability_capacity,
                                int32_t *capability_count);

/* Makes a stream. -ENOENT: there is no such target. What comes of it is told by events. */
RV_PW_EXPORT int32_t rv_pw_stream_open(struct rv_pw_client *client, const struct rv_pw_stream_params *params,
                                       struct rv_pw_stream **stream);

/* Waits until something may be there to read: 1; or for the time given, without end where that is negative: 0. One thread. */
RV_PW_EXPORT int32_t rv_pw_stream_wait(struct rv_pw_stream *stream, int32_t timeout_ms);

/* Ends a wait under way, or the next one. Any thread. */
RV_PW_EXPORT void rv_pw_stream_interrupt(struct rv_pw_stream *stream);

/* Takes up to so many records, oldest first. The thread that waits. */
RV_PW_EXPORT int32_t rv_pw_stream_read(struct rv_pw_stream *stream, struct rv_pw_record *records, int32_t capacity);

/* Takes the oldest event: 1, or 0 where there is none. The thread that waits. */
RV_PW_EXPORT int32_t rv_pw_stream_next_event(struct rv_pw_stream *stream, struct rv_pw_event *event);

/* Gives a record's slot back. Any thread, also after the stream was closed. Takes no lock and never waits. */
RV_PW_EXPORT void rv_pw_stream_recycle(struct rv_pw_stream *stream, uint32_t slot);

/* Of playback: takes sound in, as much as there is room for; how many bytes. One thread. */
RV_PW_EXPORT int32_t rv_pw_stream_write(struct rv_pw_stream *stream, const void *data, int32_t size);

/* What has happened so far. Any thread. */
RV_PW_EXPORT void rv_pw_stream_counters(struct rv_pw_stream *stream, struct rv_pw_counters *counters);

/* Ends the stream. Memory of slots that are still out stays good until they are recycled. Once, while nobody waits or reads. */
RV_PW_EXPORT void rv_pw_stream_close(struct rv_pw_stream *stream);

#endif
