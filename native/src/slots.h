/*
 * The way of a buffer between the graph and the reader. A slot's state says who may use it. For each change of state, only one side may
 * make it:
 *
 *   UNUSED    -> IN_GRAPH   the loop's thread, when the stream gets a buffer
 *   IN_GRAPH  -> LEASED     the process callback, when it hands the buffer out
 *   LEASED    -> RETURNED   any thread: the reader recycles it
 *   RETURNED  -> IN_GRAPH   the process callback, which queues it on the stream again
 *   LEASED    -> ORPHANED   the loop's thread, when the stream loses a buffer that the reader has
 *   ORPHANED  -> UNUSED     any thread: the reader recycles it
 *   other     -> UNUSED     the loop's thread, when the stream loses the buffer
 *
 * The slot of a copy goes FREE -> LEASED (process callback) -> FREE (any thread), and FREE -> BUSY -> FREE while the loop's thread makes it
 * larger. A buffer is returned by a state and not by a second ring, because any thread may recycle, and a ring with many producers needs a
 * lock.
 */
#ifndef RV_SLOTS_H
#define RV_SLOTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "memory.h"
#include "retrovue_pipewire.h"

#define RV_GRAPH_SLOTS 64
#define RV_COPY_SLOTS 256
#define RV_SLOTS (RV_GRAPH_SLOTS + RV_COPY_SLOTS)

/* The limit for the memory of copies; but there are always at least RV_LEAST_COPIES. */
#define RV_COPY_BYTES (64u << 20)
#define RV_LEAST_COPIES 16

enum rv_slot_state {
    RV_SLOT_UNUSED = 0,
    RV_SLOT_IN_GRAPH,
    RV_SLOT_LEASED,
    RV_SLOT_RETURNED,
    RV_SLOT_ORPHANED,
    RV_SLOT_FREE,
    RV_SLOT_BUSY,
};

struct rv_slot {
    _Atomic int state;
    uint32_t index;
    void *buffer;       /* the graph's buffer; null for a copy */
    uint32_t map_count; /* zero if the graph's memory cannot be mapped twice: then its bytes are always copied */
    struct rv_mapping maps[RV_PW_MAX_PLANES];
};

struct rv_slots {
    _Atomic uint64_t leased;
    _Atomic uint32_t graph_end; /* the graph slots from here on have never been in use */
    struct rv_slot slots[RV_SLOTS];
};

void rv_slots_init(struct rv_slots *slots);

/* Loop's thread. Returns a slot for a new buffer; null if all are in use. */
struct rv_slot *rv_slots_add(struct rv_slots *slots, void *buffer);

/* Loop's thread. The stream loses the buffer. */
void rv_slots_remove(struct rv_slots *slots, struct rv_slot *slot);

/* Loop's thread. Makes memory for copies of buffers of this size. */
void rv_slots_make_copies(struct rv_slots *slots, size_t size);

/* Process callback. Hands the slot to the reader. */
void rv_slots_lease(struct rv_slots *slots, struct rv_slot *slot);

/* Process callback. False if the reader has the slot, or has returned it but the graph does not have it yet. */
bool rv_slot_is_in_graph(const struct rv_slot *slot);

/* Process callback. True if the reader has the slot. */
bool rv_slot_is_leased(const struct rv_slot *slot);

/* Process callback. Leases a slot with memory for a copy; null if there is none. */
struct rv_slot *rv_slots_lease_copy(struct rv_slots *slots, size_t size);

/* Process callback. Puts the buffers that the reader returned into the graph, by a call of take; returns the number in the graph. */
uint32_t rv_slots_take_returned(struct rv_slots *slots, void (*take)(void *data, void *buffer), void *data);

/* Any thread. Returns the reader's slot. */
void rv_slots_recycle(struct rv_slots *slots, uint32_t index);

/* Any thread that has the slot's bytes: begins or ends the reading of bytes that hardware may have written. Null does nothing. */
void rv_slot_sync(const struct rv_slot *slot, int begin);

/* Call it when no thread uses the slots any more. */
void rv_slots_release(struct rv_slots *slots);

#endif
