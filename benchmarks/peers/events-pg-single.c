/* Measures single commits of 16 writers to bare PostgreSQL: pgbench with an insert of one row, into the table and the indexes of our side. */
#include "events-pg.h"

#include <unistd.h>

static const char usage[] =
    "usage: events-pg-single [SECONDS]\n"
    "Lets 16 clients of pgbench insert events for SECONDS (default 10), one transaction each, into a new table of the server that PGHOST\n"
    "names. Prints ns_per_commit: the time divided by the number of commits of all clients.\n";

int main(int argc, char **argv)
{
    check_usage(argc, argv, 0, 1, usage);
    long seconds = count_argument(argc, argv, 1, 10);
    PQfinish(connect_to_table());

    char file[] = "/tmp/events-pg-single.XXXXXX", line[4096];
    struct event event;
    int descriptor = mkstemp(file);
    FILE *script = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (!script) {
        perror(file);
        return 1;
    }
    print_event(&event, 0);
    fprintf(script, "INSERT INTO outbox (event_id, type, payload, created_at) VALUES (gen_random_uuid(), 'playout.AiringEnded', '%s', now());\n",
            event.payload);
    fclose(script);

    double commits = 0;
    snprintf(line, sizeof line, "pgbench -n -M prepared -c 16 -j 2 -T %ld -f %s", seconds, file);
    FILE *output = popen(line, "r");
    while (output && fgets(line, sizeof line, output))
        sscanf(line, "tps = %lf", &commits);
    int status = output ? pclose(output) : -1;
    unlink(file);
    if (status != 0 || commits <= 0) {
        fprintf(stderr, "pgbench failed (Debian package postgresql)\n");
        return 1;
    }
    printf("ns_per_commit=%.0f\n", 1e9 / commits);
    return 0;
}
