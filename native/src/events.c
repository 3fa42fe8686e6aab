#include "events.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

int rv_events_init(struct rv_events *events)
{
    events->ready = eventfd(0, EFD_CLOEXEC);
    if (events->ready < 0)
        return -errno;

    events->first = 0;
    atomic_init(&events->count, 0);
    pthread_mutex_init(&events->lock, NULL);
    return 0;
}

void rv_events_release(struct rv_events *events)
{
    pthread_mutex_destroy(&events->lock);
    close(events->ready);
}

void rv_events_post(struct rv_events *events, const struct rv_pw_event *event)
{
    pthread_mutex_lock(&events->lock);
    if (events->count == RV_EVENTS) {
        /* The reader does not read. The newest events show the present state. */
        events->first = (events->first + 1) % RV_EVENTS;
        events->count--;
    }

    events->events[(events->first + events->count++) % RV_EVENTS] = *event;
    pthread_mutex_unlock(&events->lock);
    rv_events_signal(events);
}

void rv_events_post_text(struct rv_events *events, int kind, int code, const char *text)
{
    struct rv_pw_event event = {.kind = kind, .code = code};
    snprintf(event.text, sizeof(event.text), "%s", text != NULL ? text : "");
    rv_events_post(events, &event);
}

bool rv_events_take(struct rv_events *events, struct rv_pw_event *event)
{
    /* The reader calls this for each buffer, and there is hardly ever an event. */
    if (atomic_load_explicit(&events->count, memory_order_acquire) == 0)
        return false;

    pthread_mutex_lock(&events->lock);
    bool is_any = events->count > 0;
    if (is_any) {
        *event = events->events[events->first];
        events->first = (events->first + 1) % RV_EVENTS;
        events->count--;
    }

    pthread_mutex_unlock(&events->lock);
    return is_any;
}

int32_t rv_events_wait(struct rv_events *events, int32_t timeout_ms)
{
    /* Without a limit, the read itself waits: one system call less for each buffer. */
    if (timeout_ms >= 0) {
        struct pollfd ready = {.fd = events->ready, .events = POLLIN};
        int result = poll(&ready, 1, timeout_ms);
        if (result <= 0)
            return result == 0 || errno == EINTR ? 0 : -errno;
    }

    eventfd_t count;
    if (eventfd_read(events->ready, &count) < 0)
        return errno == EINTR ? 0 : -errno;
    return 1;
}
