/* Measures the cost of reading the kernel's monotonic clock through the vDSO. */
#include "figures.h"

static const char usage[] =
    "usage: clock-read [MILLIONS]\n"
    "Reads CLOCK_MONOTONIC MILLIONS (default 20) times a million times.\n"
    "Prints ns_per_call: the median of batches of a million calls, including the loop.\n";

int main(int argc, char **argv)
{
    check_usage(argc, argv, 0, 1, usage);
    long batches = count_argument(argc, argv, 1, 20);
    const long calls = 1000000;
    double *costs = allocate(batches, sizeof *costs);
    volatile long sink = 0;

    for (long batch = 0; batch < batches; batch++) {
        int64_t start = wall_ns();
        for (long call = 0; call < calls; call++) {
            struct timespec now;
            clock_gettime(CLOCK_MONOTONIC, &now);
            sink = now.tv_sec * NS_PER_SECOND + now.tv_nsec;
        }
        costs[batch] = (double)(wall_ns() - start) / calls;
    }
    (void)sink;
    printf("ns_per_call=%.2f\n", median(costs, batches));
    free(costs);
    return 0;
}
