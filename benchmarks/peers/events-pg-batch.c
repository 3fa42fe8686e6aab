/* Measures appends of batches to bare PostgreSQL: one prepared insert of many rows, into the table and the indexes of our side. */
#include "events-pg.h"

static const char usage[] =
    "usage: events-pg-batch [COUNT]\n"
    "Inserts COUNT (default 1000) batches of 100 events, one transaction each, into a new table of the server that PGHOST names.\n"
    "Prints ns_per_event.\n";

enum { BATCH = 100, COLUMNS = 4 };

static struct event events[BATCH];

static void insert(PGconn *connection, long first)
{
    const char *values[BATCH * COLUMNS];
    for (int i = 0; i < BATCH; i++) {
        struct event *event = &events[i];
        print_event(event, first + i);
        const char *row[COLUMNS] = {event->id, "playout.AiringEnded", event->payload, event->time};
        memcpy(&values[i * COLUMNS], row, sizeof row);
    }
    check(connection, PQexecPrepared(connection, "insert", BATCH * COLUMNS, values, NULL, NULL, 0));
}

int main(int argc, char **argv)
{
    check_usage(argc, argv, 0, 1, usage);
    long count = count_argument(argc, argv, 1, 1000);
    PGconn *connection = connect_to_table();
    static char statement[BATCH * 32 + 100];
    char *end = statement + sprintf(statement, "INSERT INTO outbox (event_id, type, payload, created_at) VALUES");
    for (int i = 0; i < BATCH * COLUMNS; i += COLUMNS)
        end += sprintf(end, "%s($%d,$%d,$%d,$%d)", i ? "," : "", i + 1, i + 2, i + 3, i + 4);
    check(connection, PQprepare(connection, "insert", statement, 0, NULL));
    long number = 0;
    for (long i = 0; i < count / 5; i++, number += BATCH)
        insert(connection, number);
    int64_t start = wall_ns();
    for (long i = 0; i < count; i++, number += BATCH)
        insert(connection, number);
    printf("ns_per_event=%.0f\n", (double)(wall_ns() - start) / (double)(count * BATCH));
    PQfinish(connection);
    return 0;
}
