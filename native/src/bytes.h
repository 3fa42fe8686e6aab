/* A ring of bytes for one producer and one consumer, neither of which ever waits. */
#ifndef RV_BYTES_H
#define RV_BYTES_H

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

struct rv_bytes {
    uint8_t *memory;
    uint32_t capacity; /* a power of two */
    /* On cache lines of their own: each count is written by one side and read by the other. */
    _Alignas(64) _Atomic uint64_t written;
    _Alignas(64) _Atomic uint64_t read;
};

/* The producer: takes in as much as there is room for. */
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

/* The consumer: gives out as much as there is, in whole units of so many bytes. */
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
