/* A ring of records for one producer and one consumer; neither ever waits. */
#ifndef RV_RING_H
#define RV_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "retrovue_pipewire.h"

/* A power of two, and more than the number of slots: a record of capture needs a slot, so the ring can never be full of them. */
#define RV_RING_CAPACITY 512

struct rv_ring {
    /* On separate cache lines: one side writes an index, and the other side reads it. */
    _Alignas(64) _Atomic uint32_t written;
    _Alignas(64) _Atomic uint32_t read;
    _Alignas(64) struct rv_pw_record records[RV_RING_CAPACITY];
};

static inline bool rv_ring_put(struct rv_ring *ring, const struct rv_pw_record *record)
{
    uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    if (written - atomic_load_explicit(&ring->read, memory_order_acquire) == RV_RING_CAPACITY)
        return false;

    ring->records[written % RV_RING_CAPACITY] = *record;
    atomic_store_explicit(&ring->written, written + 1, memory_order_release);
    return true;
}

static inline bool rv_ring_take(struct rv_ring *ring, struct rv_pw_record *record)
{
    uint32_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
    if (read == atomic_load_explicit(&ring->written, memory_order_acquire))
        return false;

    *record = ring->records[read % RV_RING_CAPACITY];
    atomic_store_explicit(&ring->read, read + 1, memory_order_release);
    return true;
}

#endif
