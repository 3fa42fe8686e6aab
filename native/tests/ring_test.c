/* All records and bytes come out once and in order, even while both sides work at the same time. */
#include "ring.h"

#include <pthread.h>
#include <sched.h>

#include "bytes.h"
#include "check.h"

#define RECORDS 1000000

static struct rv_ring ring;

static void *produce(void *data)
{
    (void)data;
    for (uint64_t i = 0; i < RECORDS;) {
        struct rv_pw_record record = {.seq = i, .slot = (uint32_t)i, .arrival = (int64_t)~i};
        if (rv_ring_put(&ring, &record))
            i++;
        else
            sched_yield();
    }

    return NULL;
}

static void bytes_come_out_as_they_went_in(void)
{
    static uint8_t memory[64];
    struct rv_bytes bytes = {.memory = memory, .capacity = sizeof(memory)};
    uint8_t in[64], out[64], next_in = 0, next_out = 0;
    for (int round = 0; round < 10000; round++) {
        uint32_t wanted = (uint32_t)(round * 7 % 65);
        for (uint32_t i = 0; i < wanted; i++)
            in[i] = (uint8_t)(next_in + i);
        uint32_t written = rv_bytes_write(&bytes, in, wanted);
        CHECK(written <= wanted);
        next_in = (uint8_t)(next_in + written);
        uint32_t read = rv_bytes_read(&bytes, out, (uint32_t)(round * 5 % 65), 4);
        CHECK(read % 4 == 0);
        for (uint32_t i = 0; i < read; i++)
            CHECK(out[i] == next_out++);
    }

    CHECK(bytes.written > 100000 && bytes.read <= bytes.written);
}

int main(void)
{
    bytes_come_out_as_they_went_in();
    struct rv_pw_record record = {.seq = 7};
    CHECK(!rv_ring_take(&ring, &record));
    for (int i = 0; i < RV_RING_CAPACITY; i++)
        CHECK(rv_ring_put(&ring, &record));
    CHECK(!rv_ring_put(&ring, &record));
    for (int i = 0; i < RV_RING_CAPACITY; i++)
        CHECK(rv_ring_take(&ring, &record));
    CHECK(!rv_ring_take(&ring, &record));

    pthread_t producer;
    pthread_create(&producer, NULL, produce, NULL);
    for (uint64_t i = 0; i < RECORDS;) {
        if (!rv_ring_take(&ring, &record)) {
            sched_yield();
            continue;
        }

        CHECK(record.seq == i && record.slot == (uint32_t)i && record.arrival == (int64_t)~i);
        i++;
    }

    pthread_join(producer, NULL);
    CHECK(!rv_ring_take(&ring, &record));
    return 0;
}
