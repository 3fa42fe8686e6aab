#include "slots.h"

#include <stdbool.h>

static void clear(struct rv_slot *slot)
{
    for (uint32_t i = 0; i < slot->map_count; i++)
        rv_unmap(&slot->maps[i]);
    slot->map_count = 0;
    slot->buffer = NULL;
}

static int state_of(const struct rv_slot *slot)
{
    return atomic_load_explicit(&slot->state, memory_order_acquire);
}

static void set_state(struct rv_slot *slot, int state)
{
    atomic_store_explicit(&slot->state, state, memory_order_release);
}

static bool change_state(struct rv_slot *slot, int from, int to)
{
    return atomic_compare_exchange_strong_explicit(&slot->state, &from, to, memory_order_acq_rel, memory_order_acquire);
}

void rv_slots_init(struct rv_slots *slots)
{
    for (uint32_t i = 0; i < RV_SLOTS; i++) {
        struct rv_slot *slot = &slots->slots[i];
        *slot = (struct rv_slot){.index = i};
        for (uint32_t j = 0; j < RV_PW_MAX_PLANES; j++)
            slot->maps[j] = RV_NO_MAPPING;
    }
}

struct rv_slot *rv_slots_add(struct rv_slots *slots, void *buffer)
{
    for (uint32_t i = 0; i < RV_GRAPH_SLOTS; i++) {
        struct rv_slot *slot = &slots->slots[i];
        if (state_of(slot) == RV_SLOT_UNUSED) {
            slot->buffer = buffer;
            set_state(slot, RV_SLOT_IN_GRAPH);
            if (i >= atomic_load_explicit(&slots->graph_end, memory_order_relaxed))
                atomic_store_explicit(&slots->graph_end, i + 1, memory_order_release);
            return slot;
        }
    }

    return NULL;
}

void rv_slots_remove(struct rv_slots *slots, struct rv_slot *slot)
{
    (void)slots;
    if (change_state(slot, RV_SLOT_LEASED, RV_SLOT_ORPHANED))
        return;

    clear(slot);
    set_state(slot, RV_SLOT_UNUSED);
}

void rv_slots_make_copies(struct rv_slots *slots, size_t size)
{
    size_t count = size == 0 ? 0 : RV_COPY_BYTES / size;
    count = count < RV_LEAST_COPIES ? RV_LEAST_COPIES : count > RV_COPY_SLOTS ? RV_COPY_SLOTS : count;
    for (size_t i = 0; size > 0 && i < count; i++) {
        struct rv_slot *slot = &slots->slots[RV_GRAPH_SLOTS + i];
        bool is_ours = state_of(slot) == RV_SLOT_UNUSED || change_state(slot, RV_SLOT_FREE, RV_SLOT_BUSY);
        if (!is_ours)
            continue;

        if (slot->map_count == 0 || slot->maps[0].length < size) {
            clear(slot);
            slot->map_count = rv_map_fresh(size, &slot->maps[0]) == 0 ? 1 : 0;
        }

        set_state(slot, slot->map_count > 0 ? RV_SLOT_FREE : RV_SLOT_UNUSED);
    }
}

bool rv_slot_is_in_graph(const struct rv_slot *slot)
{
    return state_of(slot) == RV_SLOT_IN_GRAPH;
}

bool rv_slot_is_leased(const struct rv_slot *slot)
{
    return state_of(slot) == RV_SLOT_LEASED;
}

void rv_slots_lease(struct rv_slots *slots, struct rv_slot *slot)
{
    atomic_fetch_add_explicit(&slots->leased, 1, memory_order_relaxed);
    set_state(slot, RV_SLOT_LEASED);
}

struct rv_slot *rv_slots_lease_copy(struct rv_slots *slots, size_t size)
{
    /* Always from the front, so that the slots in use stay in the processor's cache. */
    for (uint32_t i = RV_GRAPH_SLOTS; i < RV_SLOTS; i++) {
        struct rv_slot *slot = &slots->slots[i];
        if (state_of(slot) != RV_SLOT_FREE || !change_state(slot, RV_SLOT_FREE, RV_SLOT_BUSY))
            continue;

        if (slot->maps[0].length >= size) {
            rv_slots_lease(slots, slot);
            return slot;
        }

        set_state(slot, RV_SLOT_FREE);
    }

    return NULL;
}

uint32_t rv_slots_take_returned(struct rv_slots *slots, void (*take)(void *data, void *buffer), void *data)
{
    uint32_t count = 0;
    uint32_t end = atomic_load_explicit(&slots->graph_end, memory_order_acquire);
    for (uint32_t i = 0; i < end; i++) {
        struct rv_slot *slot = &slots->slots[i];
        int state = state_of(slot);
        if (state == RV_SLOT_RETURNED && change_state(slot, RV_SLOT_RETURNED, RV_SLOT_IN_GRAPH))
            take(data, slot->buffer);
        count += state == RV_SLOT_RETURNED || state == RV_SLOT_IN_GRAPH;
    }

    return count;
}

void rv_slot_sync(const struct rv_slot *slot, int begin)
{
    for (uint32_t i = 0; slot != NULL && i < slot->map_count; i++)
        rv_mapping_sync(&slot->maps[i], begin);
}

void rv_slots_recycle(struct rv_slots *slots, uint32_t index)
{
    if (index >= RV_SLOTS)
        return;

    struct rv_slot *slot = &slots->slots[index];
    atomic_fetch_sub_explicit(&slots->leased, 1, memory_order_relaxed);
    if (index >= RV_GRAPH_SLOTS) {
        set_state(slot, RV_SLOT_FREE);
        return;
    }

    rv_slot_sync(slot, 0);
    if (!change_state(slot, RV_SLOT_LEASED, RV_SLOT_RETURNED)) {
        clear(slot);
        set_state(slot, RV_SLOT_UNUSED);
    }
}

void rv_slots_release(struct rv_slots *slots)
{
    for (uint32_t i = 0; i < RV_SLOTS; i++)
        clear(&slots->slots[i]);
}
