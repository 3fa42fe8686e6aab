/*
 * The way of a buffer between the graph and the reader. A slot's state says who may use it, and each change of state is made by one side
 * alone:
 *
 *   UNUSED    -> IN_GRAPH   the loop's thread, when the stream gets a buffer
 *   IN_GRAPH  -> LEASED     the process callback, when it hands the buffer out
 *   LEASED    -> RETURNED   any thread: the reader recycles it
 *   RETURNED  -> IN_GRAPH   the process callback, which queues it on the stream again
 *   LEASED    -> ORPHANED   the loop's thread, when the stream loses a buffer that the reader has
 *   ORPHANED  -> UNUSED     any thread: the reader recycles it
 *   any other -> UNUSED     the loop's thread, when the stream loses the buffer
 *
 * A copy's slot goes FREE -> LEASED (process callback) -> FREE (any thread), and FREE -> BUSY -> FREE while the loop's thread makes it
 * larger. The way back is a state and not a second ring because any thread may recycle, and a ring with many producers needs a lock.
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

/* Copies may take up this much, but there are at least RV_LEAST_COPIES. */
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
    void *buffer;       /* the graph's buffer, of a slot in the graph */
    uint32_t map_count; /* zero where the graph's memory cannot be kept: its bytes are copied always */
    struct rv_mapping maps[RV_PW_MAX_PLANES];
};

struct rv_slots {
    _Atomic uint64_t leased;
    _Atomic uint32_t graph_end; /* no graph slot from here on has ever been in use */
    struct rv_slot slots[RV_SLOTS];
};

void rv_slots_init(struct rv_slots *slots);

/* Loop's thread. A slot for a new buffer; null where all are in use. */
struct rv_slot *rv_slots_add(struct rv_slots *slots, void *buffer);

/* Loop's thread. The stream loses the buffer. */
void rv_slots_remove(struct rv_slots *slots, struct rv_slot *slot);

/* Loop's thread. Sees to it that buffers of this size can be copied. */
void rv_slots_make_copies(struct rv_slots *slots, size_t size);

/* Process callback. */
void rv_slots_lease(struct rv_slots *slots, struct rv_slot *slot);

/* Process callback. False where the reader has the slot, or has returned it but the graph has not got it back yet. */
bool rv_slot_is_in_graph(const struct rv_slot *slot);

/* Process callback. True where the reader has the slot. */
bool rv_slot_is_leased(const struct rv_slot *slot);

/* Process callback. A leased slot with room for a copy; null where there is none. */
struct rv_slot *rv_slots_lease_copy(struct rv_slots *slots, size_t size);

/* Process callback. Calls back for each buffer that the reader returned, which is in the graph again then; returns how many are there. */
uint32_t rv_slots_take_returned(struct rv_slots *slots, void (*take)(void *data, void *buffer), void *data);

/* Any thread. */
void rv_slots_recycle(struct rv_slots *slots, uint32_t index);

/* Any thread that has the slot's bytes: begins or ends looking at them, which hardware may have written. Null is a slot without any. */
void rv_slot_sync(const struct rv_slot *slot, int begin);

/* While nobody uses it any more. */
void rv_slots_release(struct rv_slots *slots);

#endif
