/* A ring of bytes for one producer and one consumer; neither ever waits. */
#ifndef RV_BYTES_H
#define RV_BYTES_H

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

struct rv_bytes {
    uint8_t *memory;
    uint32_t capacity; /* a power of two */
    /* On separate cache lines: one side writes a count, and the other side reads it. */
    _Alignas(64) _Atomic uint64_t written;
    _Alignas(64) _Atomic uint64_t read;
};

/* For the producer: takes as much as there is room for, and returns the number of bytes. */
static inline uint32_t rv_bytes_write(struct rv_bytes *bytes, const uint8_t *data, uint32_t size)
{
    uint64_t written = atomic_load_explicit(&bytes->written, memory_order_relaxed);
    uint64_t room = bytes->capacity - (written - atomic_load_explicit(&bytes->read, memory_order_acquire));
    uint32_t count = size < room ? size : (uint32_t)room;
    uint32_t at = (uint32_t)written & (bytes->capacity - 1);
    uint32_t first = count < bytes->capacity - at ? count : bytes->capacity - at;
    if (count == 0)
        return 0;

    memcpy(bytes->memory + at, data, first);
    memcpy(bytes->memory, data + first, count - first);
    atomic_store_explicit(&bytes->written, written + count, memory_order_release);
    return count;
}

/* For the consumer: copies at most size bytes, in whole units of unit bytes, and returns their number. */
static inline uint32_t rv_bytes_read(struct rv_bytes *bytes, uint8_t *data, uint32_t size, uint32_t unit)
{
    uint64_t read = atomic_load_explicit(&bytes->read, memory_order_relaxed);
    uint64_t there = atomic_load_explicit(&bytes->written, memory_order_acquire) - read;
    uint32_t count = size < there ? size : (uint32_t)there;
    count -= count % unit;
    uint32_t at = (uint32_t)read & (bytes->capacity - 1);
    uint32_t first = count < bytes->capacity - at ? count : bytes->capacity - at;
    if (count == 0)
        return 0;

    memcpy(data, bytes->memory + at, first);
    memcpy(data + first, bytes->memory, count - first);
    atomic_store_explicit(&bytes->read, read + count, memory_order_release);
    return count;
}

#endif
