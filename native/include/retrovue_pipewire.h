/*
 * The bridge between PipeWire and managed code.
 *
 * PipeWire calls a stream's process callback on its real-time thread, which must not wait for a garbage collector. Here that callback
 * is C: it puts a plain record of each buffer into a ring and signals an eventfd. The reader takes records on a thread of its own, and
 * returns each slot on any thread. Only the process callback dequeues and queues buffers on the stream.
 *
 * Functions return zero or a count, or a negated errno value. No function waits longer than its time limit. Functions without a limit do
 * not wait for the daemon at all. Times are nanoseconds of CLOCK_MONOTONIC unless the comment says otherwise.
 */
#ifndef RETROVUE_PIPEWIRE_H
#define RETROVUE_PIPEWIRE_H

#include <stdint.h>

#define RV_PW_EXPORT __attribute__((visibility("default")))

/* Changes with each change of a struct or of a function's behaviour. The caller compares it with the library's number. */
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

/* Raw formats. Sound is interleaved and in native byte order. */
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

/* The program that connects the stream's ports with those of the target. */
enum rv_pw_link {
    RV_PW_LINK_AUTO = 0,    /* the session manager if one runs or on a portal's connection, otherwise the bridge */
    RV_PW_LINK_MANAGER = 1, /* the session manager, by the property target.object */
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
    RV_PW_EVENT_STATE = 1,  /* code: rv_pw_state; text: the error if there is one */
    RV_PW_EVENT_FORMAT = 2, /* format and format_serial */
    RV_PW_EVENT_ERROR = 3,  /* code: negated errno; text */
    RV_PW_EVENT_GONE = 4,   /* the daemon is gone; code: negated errno; text. Nothing comes after it. */
};

enum rv_pw_record_flags {
    RV_PW_RECORD_HEADER = 1,    /* the buffer has a header: pts, dts_offset, seq and header_flags come from it */
    RV_PW_RECORD_COPIED = 2,    /* the bytes are a copy in the bridge's memory */
    RV_PW_RECORD_CORRUPTED = 4, /* the header or a chunk says that the bytes are damaged */
    RV_PW_RECORD_OVERWROTE = 8, /* the source wrote them over older bytes that the reader still has */
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
    struct rv_pw_rational frame_rate; /* 0/1 if it varies */
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

/* The properties of a new stream. Zero means any value, or the default, unless the comment says otherwise. */
struct rv_pw_stream_params {
    const char *name;   /* the name of the stream's own node */
    const char *target; /* the other side's node name or object serial; null: the highest priority, or the manager's choice */
    uint32_t target_id; /* the other side's id instead, for a node of any class; a portal names a screen so. 0: by target */
    int32_t direction;
    int32_t media;
    int32_t link;
    int32_t buffers; /* the requested number, 4 to 16; 0: 8 */
    int32_t format_count;
    int32_t formats[RV_PW_MAX_FORMATS]; /* the acceptable formats, the preferred one first */
    int32_t width;                      /* the preferred size; other sizes are accepted too, unless exact_size is set */
    int32_t height;
    int32_t exact_size;
    struct rv_pw_rational frame_rate; /* the preferred rate; other rates are accepted too, unless exact_rate is set */
    int32_t exact_rate;
    struct rv_pw_rational max_frame_rate; /* for pictures that come when they change: the limit of their rate */
    int32_t sample_rate; /* sound; 0: 48000 */
    int32_t channels;    /* sound; 0: 2 */
    int32_t quantum;     /* sound: the requested number of samples in a buffer */
    int32_t ring_bytes;  /* playback: the least number of bytes that can be written ahead */
};

struct rv_pw_plane {
    void *data; /* the first valid byte */
    uint32_t size;
    int32_t stride;
};

/*
 * One filled buffer. The slot belongs to the reader until it recycles it. For playback: one cycle of the graph, without a slot. The cycle
 * has taken as many bytes as the size of the first plane, including silence. They are heard after time_delay. The next cycle takes the
 * bytes that were written after the first "behind" bytes.
 */
struct rv_pw_record {
    uint32_t slot;
    uint32_t flags;
    uint32_t format_serial; /* the serial of the format event that describes it */
    uint32_t plane_count;
    struct rv_pw_plane planes[RV_PW_MAX_PLANES];
    int64_t pts; /* from spa_meta_header; RV_PW_ABSENT if there is no header, or its time is negative */
    int64_t dts_offset;
    uint64_t seq;
    uint32_t header_flags;
    uint32_t reserved;
    int64_t time_now; /* pw_time of the graph's cycle that brought the buffer; 0 if the source drives itself */
    uint64_t time_ticks;
    int64_t time_delay;    /* in units of time_rate, like time_ticks */
    uint64_t time_buffered; /* samples in the resampler; for playback, also those queued before it */
    struct rv_pw_rational time_rate;
    int64_t arrival;  /* when the process callback took the buffer */
    uint64_t behind;  /* bytes that the same callback took after this buffer; for playback, the bytes of sound taken so far */
    uint64_t dropped; /* buffers dropped so far because there was no memory; for playback, bytes of silence because there was no sound */
};

/* The counters of a stream since it was opened. */
struct rv_pw_counters {
    uint64_t buffers;        /* filled buffers that arrived */
    uint64_t copied_scarce;  /* copied because the graph would have had fewer than two left, or the source overwrites held buffers */
    uint64_t copied_private; /* copied because the memory may be freed while a reader uses it */
    uint64_t dropped;        /* dropped because there was no memory left for a copy */
    uint64_t wakeups;        /* process callbacks */
    uint64_t leased;         /* slots that the reader has now */
};

/* A node of the daemon. */
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
    int32_t width; /* the node's preferred size and rate */
    int32_t height;
    struct rv_pw_rational frame_rate;
    int32_t min_rate; /* this and the next three: for sound */
    int32_t max_rate;
    int32_t min_channels;
    int32_t max_channels;
};

struct rv_pw_client;
struct rv_pw_stream;

/* Returns the RV_PW_ABI that the library was built with. */
RV_PW_EXPORT int32_t rv_pw_abi(void);

/*
 * Connects to a daemon and reads the list of its objects. remote: a name, a socket's path, or null for the default daemon.
 * -ENOENT, -ECONNREFUSED: there is no daemon; -ETIMEDOUT: it does not answer.
 */
RV_PW_EXPORT int32_t rv_pw_connect(const char *remote, const char *name, int32_t timeout_ms, struct rv_pw_client **client);

/*
 * The same over a connected socket of a portal. The function takes over the socket, even if it fails. Such a connection shows only the
 * objects that the user agreed to, and neither the session manager nor a link factory.
 */
RV_PW_EXPORT int32_t rv_pw_connect_fd(int32_t fd, const char *name, int32_t timeout_ms, struct rv_pw_client **client);

/* Releases the connection; it ends when its last stream has ended too. */
RV_PW_EXPORT void rv_pw_disconnect(struct rv_pw_client *client);

/*
 * Lists the nodes that have a media class, and the formats that they report. Fills at most the capacities; *node_count and
 * *capability_count get the full numbers.
 */
RV_PW_EXPORT int32_t rv_pw_list(struct rv_pw_client *client, int32_t timeout_ms, struct rv_pw_node *nodes, int32_t node_capacity,
                                int32_t *node_count, struct rv_pw_capability *capabilities, int32_t capability_capacity,
                                int32_t *capability_count);

/* Makes a stream. -ENOENT: there is no such target. Events report everything that happens to the stream later. */
RV_PW_EXPORT int32_t rv_pw_stream_open(struct rv_pw_client *client, const struct rv_pw_stream_params *params,
                                       struct rv_pw_stream **stream);

/*
 * Waits until there may be something to read, at most for the given time; a negative time means no limit. Returns 1, or 0 if the time has
 * passed. For one thread.
 */
RV_PW_EXPORT int32_t rv_pw_stream_wait(struct rv_pw_stream *stream, int32_t timeout_ms);

/* Ends the present wait, or the next one. Any thread. */
RV_PW_EXPORT void rv_pw_stream_interrupt(struct rv_pw_stream *stream);

/* Takes at most capacity records, oldest first, and returns their number. Only for the thread that waits. */
RV_PW_EXPORT int32_t rv_pw_stream_read(struct rv_pw_stream *stream, struct rv_pw_record *records, int32_t capacity);

/* Takes the oldest event. Returns 1, or 0 if there is none. Only for the thread that waits. */
RV_PW_EXPORT int32_t rv_pw_stream_next_event(struct rv_pw_stream *stream, struct rv_pw_event *event);

/* Returns a record's slot. Any thread, also after the stream was closed. Takes no lock and never waits. */
RV_PW_EXPORT void rv_pw_stream_recycle(struct rv_pw_stream *stream, uint32_t slot);

/* For playback: takes as much of the sound as there is room for, and returns the number of bytes. For one thread. */
RV_PW_EXPORT int32_t rv_pw_stream_write(struct rv_pw_stream *stream, const void *data, int32_t size);

/* Reads the stream's counters. Any thread. */
RV_PW_EXPORT void rv_pw_stream_counters(struct rv_pw_stream *stream, struct rv_pw_counters *counters);

/*
 * Ends the stream. The memory of slots that the reader still has stays valid until they are recycled. Call it once, while no thread waits
 * or reads.
 */
RV_PW_EXPORT void rv_pw_stream_close(struct rv_pw_stream *stream);

#endif
