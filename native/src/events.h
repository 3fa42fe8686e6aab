/* The events of a stream on their way to the reader, and the eventfd that wakes the reader. */
#ifndef RV_EVENTS_H
#define RV_EVENTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/eventfd.h>

#include "retrovue_pipewire.h"

#define RV_EVENTS 64

struct rv_events {
    int ready; /* eventfd: signalled with each event, and with each cycle that brought records */

    /* Events come from the loop's thread, which may wait a moment; the process callback never takes this lock. */
    pthread_mutex_t lock;
    struct rv_pw_event events[RV_EVENTS];
    uint32_t first;
    _Atomic uint32_t count;
};

/* Negated errno where there is no eventfd; there is nothing to release then. */
int rv_events_init(struct rv_events *events);

/* While nobody uses them any more. */
void rv_events_release(struct rv_events *events);

/* Loop's thread. Where nobody reads, the oldest one goes. */
void rv_events_post(struct rv_events *events, const struct rv_pw_event *event);

/* Loop's thread. Text may be null. */
void rv_events_post_text(struct rv_events *events, int kind, int code, const char *text);

/* The reader. Takes the oldest event; false where there is none. */
bool rv_events_take(struct rv_events *events, struct rv_pw_event *event);

/* The reader. As rv_pw_stream_wait. */
int32_t rv_events_wait(struct rv_events *events, int32_t timeout_ms);

/* Any thread, the process callback too: takes no lock. */
static inline void rv_events_signal(struct rv_events *events)
{
    /* It would wait only where the count overflows, after 2^64 signals that nobody has read. */
    eventfd_write(events->ready, 1);
}

#endif
