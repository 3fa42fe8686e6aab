#include "process.h"

#include <time.h>

void rv_process(void *data)
{
    struct rv_pw_stream *stream = data;
    rv_process_count(&stream->wakeups);
    if (stream->params.direction == RV_PW_PLAYBACK)
        rv_play(stream);
    else
        rv_capture(stream);
}

int64_t rv_process_monotonic(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return SPA_TIMESPEC_TO_NSEC(&time);
}

void rv_process_read_time(struct rv_pw_stream *stream, struct rv_pw_record *record)
{
    struct pw_time time = {0};
    pw_stream_get_time_n(stream->stream, &time, sizeof(time));
    record->time_now = time.now;
    record->time_ticks = time.ticks;
    record->time_delay = time.delay;
    record->time_buffered = time.buffered + (stream->params.direction == RV_PW_PLAYBACK ? time.queued : 0);
    record->time_rate = (struct rv_pw_rational){time.rate.num, time.rate.denom};
}
