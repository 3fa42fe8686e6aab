/* One side at a time uses a slot, and memory that a reader has stays mapped. */
#define _GNU_SOURCE
#include "slots.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define ROUNDS 200000

static struct rv_slots slots;
static int returned;

static void count_returned(void *data, void *buffer)
{
    (void)data, (void)buffer;
    returned++;
}

static void buffers_go_round(void)
{
    int buffers[3];
    rv_slots_init(&slots);
    for (int i = 0; i < 3; i++)
        CHECK(rv_slots_add(&slots, &buffers[i])->index == (uint32_t)i);
    rv_slots_lease(&slots, &slots.slots[1]);
    CHECK(rv_slots_take_returned(&slots, count_returned, NULL) == 2 && returned == 0);
    CHECK(slots.leased == 1);
    rv_slots_recycle(&slots, 1);
    CHECK(rv_slots_take_returned(&slots, count_returned, NULL) == 3 && returned == 1);
    CHECK(slots.leased == 0);
    for (int i = 0; i < 3; i++)
        rv_slots_remove(&slots, &slots.slots[i]);
    CHECK(rv_slots_take_returned(&slots, count_returned, NULL) == 0);
    rv_slots_release(&slots);
}

static void removed_buffer_stays_readable_until_it_is_recycled(void)
{
    int buffer;
    int fd = memfd_create("test", MFD_CLOEXEC);
    CHECK(fd >= 0 && ftruncate(fd, 10000) == 0);
    char *theirs = mmap(NULL, 10000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    strcpy(theirs + 5000, "still here");

    rv_slots_init(&slots);
    struct rv_slot *slot = rv_slots_add(&slots, &buffer);
    CHECK(rv_map_again(theirs + 5000, 100, &slot->maps[0]) == 0);
    CHECK(rv_map_fd(fd, 5000, 100, 0, &slot->maps[1]) == 0);
    slot->map_count = 2;
    const uint8_t *again = slot->maps[0].data, *file = slot->maps[1].data;
    rv_slots_lease(&slots, slot);
    rv_slots_remove(&slots, slot);
    munmap(theirs, 10000);
    close(fd);
    CHECK(strcmp((const char *)again, "still here") == 0 && strcmp((const char *)file, "still here") == 0);
    CHECK(rv_slots_add(&slots, &buffer) != slot);
    rv_slots_recycle(&slots, slot->index);
    CHECK(slot->state == RV_SLOT_UNUSED && slot->map_count == 0);
    rv_slots_release(&slots);
}

static void private_memory_cannot_be_kept(void)
{
    struct rv_mapping mapping = RV_NO_MAPPING;
    char *own = malloc(10000);
    CHECK(rv_map_again(own, 10000, &mapping) < 0 && mapping.address == NULL);
    free(own);
}

static void copies_grow_and_run_out(void)
{
    rv_slots_init(&slots);
    CHECK(rv_slots_lease_copy(&slots, 1) == NULL);
    rv_slots_make_copies(&slots, RV_COPY_BYTES);
    struct rv_slot *copies[RV_LEAST_COPIES];
    for (int i = 0; i < RV_LEAST_COPIES; i++)
        CHECK((copies[i] = rv_slots_lease_copy(&slots, RV_COPY_BYTES)) != NULL);
    CHECK(rv_slots_lease_copy(&slots, 1) == NULL);
    for (int i = 1; i < RV_LEAST_COPIES; i++)
        rv_slots_recycle(&slots, copies[i]->index);

    /* The reader still has one copy; that one does not change. */
    rv_slots_make_copies(&slots, RV_COPY_BYTES + 1);
    int count = 0;
    while (rv_slots_lease_copy(&slots, RV_COPY_BYTES + 1) != NULL)
        count++;
    CHECK(count == RV_LEAST_COPIES - 1);
    rv_slots_release(&slots);

    memset(&slots, 0, sizeof(slots));
    rv_slots_init(&slots);
    rv_slots_make_copies(&slots, 4096);
    count = 0;
    while (rv_slots_lease_copy(&slots, 4096) != NULL)
        count++;
    CHECK(count == RV_COPY_SLOTS && slots.leased == RV_COPY_SLOTS);
    rv_slots_release(&slots);
}

static _Atomic int to_recycle[RV_GRAPH_SLOTS];
static _Atomic bool is_over;

static void *recycle(void *data)
{
    (void)data;
    while (!is_over) {
        for (int i = 0; i < RV_GRAPH_SLOTS; i++) {
            int expected = 1;
            if (atomic_compare_exchange_strong(&to_recycle[i], &expected, 0))
                rv_slots_recycle(&slots, (uint32_t)i);
        }

        sched_yield();
    }

    return NULL;
}

/* The callback leases, two readers recycle, and from time to time the stream loses a buffer and gets it again. */
static void sides_work_at_once(void)
{
    static int buffers[8];
    struct rv_slot *held[8] = {0};
    pthread_t readers[2];
    memset(&slots, 0, sizeof(slots));
    rv_slots_init(&slots);
    for (int i = 0; i < 2; i++)
        pthread_create(&readers[i], NULL, recycle, NULL);
    for (int round = 0; round < ROUNDS; round++) {
        int i = round % 8;
        if (held[i] == NULL && (held[i] = rv_slots_add(&slots, &buffers[i])) == NULL) {
            /* All slots are orphans that the readers have not recycled yet. */
            sched_yield();
            continue;
        }

        rv_slots_take_returned(&slots, count_returned, NULL);
        if (held[i]->state == RV_SLOT_IN_GRAPH) {
            rv_slots_lease(&slots, held[i]);
            to_recycle[held[i]->index] = 1;
        }

        if (round % 13 == 0) {
            rv_slots_remove(&slots, held[i]);
            held[i] = NULL;
        }
    }

    for (bool is_out = true; is_out;) {
        is_out = false;
        for (int i = 0; i < RV_GRAPH_SLOTS; i++)
            is_out |= to_recycle[i] != 0;
    }

    is_over = true;
    for (int i = 0; i < 2; i++)
        pthread_join(readers[i], NULL);
    CHECK(slots.leased == 0);
    for (int i = 0; i < 8; i++) {
        if (held[i] != NULL)
            rv_slots_remove(&slots, held[i]);
    }

    for (int i = 0; i < RV_GRAPH_SLOTS; i++)
        CHECK(slots.slots[i].state == RV_SLOT_UNUSED);
}

int main(void)
{
    buffers_go_round();
    removed_buffer_stays_readable_until_it_is_recycled();
    private_memory_cannot_be_kept();
    copies_grow_and_run_out();
    sides_work_at_once();
    return 0;
}
