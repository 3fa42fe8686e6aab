/*
 * What a stream does in each cycle of the graph. All of this runs on PipeWire's real-time thread: no lock, no allocation, no wait, and
 * nothing of managed code.
 */
#ifndef RV_PROCESS_H
#define RV_PROCESS_H

#include "stream.h"

/* The process callback; data is the stream. */
void rv_process(void *data);

/* A cycle of a stream that captures: its filled buffers go to the reader, and those that the reader gave back to the graph. */
void rv_capture(struct rv_pw_stream *stream);

/* A cycle of a stream that plays: what was written goes to the graph, and the reader hears of it. */
void rv_play(struct rv_pw_stream *stream);

/* CLOCK_MONOTONIC in nanoseconds. */
int64_t rv_process_monotonic(void);

/* Puts the graph's time of this cycle into the record. */
void rv_process_read_time(struct rv_pw_stream *stream, struct rv_pw_record *record);

static inline void rv_process_count(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

#endif
