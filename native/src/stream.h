/* A stream; its parts share this struct. */
#ifndef RV_STREAM_H
#define RV_STREAM_H

#include <pipewire/pipewire.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "client.h"
#include "events.h"
#include "links.h"
#include "ring.h"
#include "slots.h"

struct rv_pw_stream {
    struct rv_pw_client *client;
    struct pw_stream *stream;
    struct spa_hook listener;
    struct rv_watcher watcher;
    struct rv_links links;
    uint32_t target;                   /* the requested node; PW_ID_ANY if the session manager chooses */
    struct rv_pw_stream_params params; /* the texts are not kept */
    struct rv_events events;

    /* One for the owner, and one for each slot that the reader has: the memory is freed when the last slot has been returned. */
    _Atomic uint64_t references;
    _Atomic uint32_t format_serial;
    _Atomic uint64_t buffers, copied_scarce, copied_private, dropped, wakeups;

    /* For playback: sound that the graph has not taken yet, and the bytes of one sample of all channels. */
    struct rv_bytes sound;
    _Atomic uint32_t frame_bytes;
    uint64_t silence; /* only for the process callback */

    /* For capture, only for the process callback: the source does not wait for buffers that the reader has. */
    bool is_overwriting;

    struct rv_ring ring;
    struct rv_slots slots;
};

#endif
