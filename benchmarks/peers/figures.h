/* Functions that all peers use: clocks, order statistics and the reading of arguments.
 *
 * A peer prints only one line to standard output, with key=value pairs. Errors go to
 * standard error. Exit code 2 means wrong usage, 1 a failed run. */
#pragma once

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_SECOND 1000000000LL

/* Returns the time of a clock of clock_gettime(2), in nanoseconds. */
static inline int64_t read_ns(clockid_t clock)
{
    struct timespec now;
    if (clock_gettime(clock, &now) != 0) {
        perror("clock_gettime");
        exit(1);
    }
    return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

static inline int64_t wall_ns(void) { return read_ns(CLOCK_MONOTONIC); }

/* Returns the CPU time of all threads of this process, user and system: as getrusage, but not rounded. */
static inline int64_t cpu_ns(void) { return read_ns(CLOCK_PROCESS_CPUTIME_ID); }

static inline int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Returns the value with the given fraction of the values below it (nearest rank). Sorts the values. */
static inline double quantile(double *values, size_t count, double fraction)
{
    qsort(values, count, sizeof *values, compare_doubles);
    size_t rank = (size_t)(fraction * (double)count);
    return values[rank < count ? rank : count - 1];
}

static inline double median(double *values, size_t count) { return quantile(values, count, 0.5); }

static inline void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

/* Prints the usage to standard error and ends the program. */
_Noreturn static inline void usage_error(const char *text)
{
    fputs(text, stderr);
    exit(2);
}

/* Prints the usage and ends the program, if the caller asks for it or the number of arguments is wrong. */
static inline void check_usage(int argc, char **argv, int least, int most, const char *text)
{
    if (argc > 1 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        fputs(text, stdout);
        exit(0);
    }
    if (argc - 1 < least || argc - 1 > most)
        usage_error(text);
}

/* Returns argument number `index`, a whole number of at least 1; the fallback if it is not given. */
static inline long count_argument(int argc, char **argv, int index, long fallback)
{
    if (index >= argc)
        return fallback;
    char *end;
    errno = 0;
    long value = strtol(argv[index], &end, 10);
    if (errno || end == argv[index] || *end || value < 1) {
        fprintf(stderr, "%s: '%s' is not a number of at least 1\n", argv[0], argv[index]);
        exit(2);
    }
    return value;
}
