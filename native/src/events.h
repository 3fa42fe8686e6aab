/* The events of a stream that the reader has not taken yet, and the eventfd that wakes the reader. */
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
    int ready; /* eventfd: signalled by each event, and by each cycle that brought records */

    /* Events come from the loop's thread, which may wait for this lock. The process callback never takes it. */
    pthread_mutex_t lock;
    struct rv_pw_event events[RV_EVENTS];
    uint32_t first;
    _Atomic uint32_t count;
};

/* Returns a negated errno if it cannot make an eventfd; then there is nothing to release. */
int rv_events_init(struct rv_events *events);

/* Call it when no thread uses the events any more. */
void rv_events_release(struct rv_events *events);

/* Loop's thread. If the reader does not read and there is no room, the oldest event is dropped. */
void rv_events_post(struct rv_events *events, const struct rv_pw_event *event);

/* Loop's thread. Text may be null. */
void rv_events_post_text(struct rv_events *events, int kind, int code, const char *text);

/* The reader. Takes the oldest event; false if there is none. */
bool rv_events_take(struct rv_events *events, struct rv_pw_event *event);

/* The reader. Waits like rv_pw_stream_wait. */
int32_t rv_events_wait(struct rv_events *events, int32_t timeout_ms);

/* Any thread, including the process callback: takes no lock. */
static inline void rv_events_signal(struct rv_events *events)
{
    /* This waits only if the count overflows, after 2^64 unread signals. */
    eventfd_write(events->ready, 1);
}

#endif
