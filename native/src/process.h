/*
 * The work of a stream in each cycle of the graph. All of it runs on PipeWire's real-time thread: no lock, no allocation, no wait, no
 * managed code.
 */
#ifndef RV_PROCESS_H
#define RV_PROCESS_H

#include "stream.h"

/* The process callback; data is the stream. */
void rv_process(void *data);

/* A cycle of a capture stream: hands its filled buffers to the reader, and returns the reader's recycled buffers to the graph. */
void rv_capture(struct rv_pw_stream *stream);

/* A cycle of a playback stream: hands the written sound to the graph, and reports that to the reader. */
void rv_play(struct rv_pw_stream *stream);

/* Returns CLOCK_MONOTONIC in nanoseconds. */
int64_t rv_process_monotonic(void);

/* Puts the graph's time of this cycle into the record. */
void rv_process_read_time(struct rv_pw_stream *stream, struct rv_pw_record *record);

static inline void rv_process_count(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

#endif
