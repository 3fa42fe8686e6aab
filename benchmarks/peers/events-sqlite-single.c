/* Measures appends of one event to bare SQLite: the table, the indexes, the settings and the insert of our side. */
#include "figures.h"

#include <sqlite3.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
    "usage: events-sqlite-single [COUNT]\n"
    "Appends COUNT (default 5000) events, one transaction each, each safe on the disk before the next one,\n"
    "to a new database in artifacts/. Prints ns_per_append and cpu_ns_per_append.\n";

static const char schema[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA busy_timeout = 5000;"
    "PRAGMA journal_size_limit = 67108864;"
    "CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, position INTEGER GENERATED ALWAYS AS (id) VIRTUAL,"
    " event_id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, payload TEXT NOT NULL, created_at TEXT NOT NULL);"
    "CREATE INDEX idx_outbox_type ON outbox (type);"
    "CREATE INDEX idx_outbox_created_at ON outbox (created_at);"
    "CREATE INDEX idx_outbox_type_created ON outbox (type, created_at);";

static const char insert[] =
    "INSERT INTO outbox (event_id, type, payload, created_at)"
    " SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE event_id = ?1)";

static void check(sqlite3 *database, int code)
{
    if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) {
        fprintf(stderr, "events-sqlite-single: %s\n", sqlite3_errmsg(database));
        exit(1);
    }
}

static void bind(sqlite3_stmt *statement, int place, const char *text)
{
    check(sqlite3_db_handle(statement), sqlite3_bind_text(statement, place, text, -1, SQLITE_STATIC));
}

static void append(sqlite3_stmt *statement, long number)
{
    unsigned char bytes[16];
    char id[37], time[32], payload[1024];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) {
        perror("getrandom");
        exit(1);
    }
    snprintf(id, sizeof id, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", bytes[0], bytes[1], bytes[2], bytes[3],
             bytes[4], bytes[5], bytes[6], bytes[7], bytes[8], bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]);
    snprintf(time, sizeof time, "2026-01-01T%02ld:%02ld:%02ld.000000000Z", number / 3600 % 24, number / 60 % 60, number % 60);
    snprintf(payload, sizeof payload,
             "{\"id\":\"%s\",\"kind\":\"evt\",\"type\":\"playout.AiringEnded\",\"version\":\"1\","
             "\"runId\":\"6f1a2d40-3f5e-4c8a-9a55-0c6d2a7b9e11\",\"correlationId\":\"b2a4c7de-1f34-4c59-8a33-1d2e3f405162\","
             "\"time\":\"%.19sZ\",\"producer\":\"channel-output\",\"payload\":{\"airingId\":\"0d9f1c1e-7f0b-4a53-9a0e-5a3a5b8d7c21\","
             "\"entry\":\"7c9e6679-7425-40de-944b-e07fc1f90ae7\",\"title\":\"The evening news\",\"number\":%ld,"
             "\"start\":\"2026-01-01T20:00:00Z\",\"end\":\"2026-01-01T20:15:00Z\",\"status\":\"AIRED\"}}",
             id, time, number);
    bind(statement, 1, id);
    bind(statement, 2, "playout.AiringEnded");
    bind(statement, 3, payload);
    bind(statement, 4, time);
    check(sqlite3_db_handle(statement), sqlite3_step(statement));
    check(sqlite3_db_handle(statement), sqlite3_reset(statement));
}

int main(int argc, char **argv)
{
    check_usage(argc, argv, 0, 1, usage);
    long count = count_argument(argc, argv, 1, 5000);
    char folder[64], file[96], name[128];
    snprintf(folder, sizeof folder, "artifacts/sqlite-peer-%d", (int)getpid());
    snprintf(file, sizeof file, "%s/station.db", folder);
    if (mkdir(folder, 0777) != 0) {
        perror(folder);
        return 1;
    }

    sqlite3 *database;
    sqlite3_stmt *statement;
    check(database, sqlite3_open(file, &database));
    check(database, sqlite3_exec(database, schema, NULL, NULL, NULL));
    check(database, sqlite3_prepare_v3(database, insert, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL));
    for (long number = 0; number < 1000; number++) /* our side warms up, too */
        append(statement, number);
    int64_t start = wall_ns(), cpu = cpu_ns();
    for (long number = 0; number < count; number++)
        append(statement, number);
    printf("ns_per_append=%.0f cpu_ns_per_append=%.0f\n", (double)(wall_ns() - start) / (double)count, (double)(cpu_ns() - cpu) / (double)count);
    fprintf(stderr, "events-sqlite-single: SQLite %s\n", sqlite3_libversion());

    sqlite3_finalize(statement);
    sqlite3_close(database);
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", file, suffixes[i]);
        unlink(name);
    }
    rmdir(folder);
    return 0;
}
