/* Measures how late GStreamer's system clock wakes a thread that waits for absolute deadlines, one per millisecond. */
#include <gst/gst.h>

#include "figures.h"

static const char usage[] =
    "usage: wait [SECONDS]\n"
    "Waits with gst_clock_id_wait for one deadline per millisecond, for SECONDS (default 5).\n"
    "Prints median_ns and p99_ns of the lateness, and cpu_percent of one core.\n";

int main(int argc, char **argv)
{
    check_usage(argc, argv, 0, 1, usage);
    long waits = count_argument(argc, argv, 1, 5) * 1000;
    gst_init(NULL, NULL);

    GstClock *clock = gst_system_clock_obtain();
    double *lateness = allocate(waits, sizeof *lateness);
    GstClockTime first = gst_clock_get_time(clock) + 10 * GST_MSECOND;
    GstClockID deadline = gst_clock_new_single_shot_id(clock, first);

    int64_t wall = wall_ns(), cpu = cpu_ns();
    for (long i = 0; i < waits; i++) {
        GstClockTime due = first + i * GST_MSECOND;
        gst_clock_single_shot_id_reinit(clock, deadline, due);
        gst_clock_id_wait(deadline, NULL);
        lateness[i] = (double)GST_CLOCK_DIFF(due, gst_clock_get_time(clock));
    }
    cpu = cpu_ns() - cpu;
    wall = wall_ns() - wall;

    printf("median_ns=%.0f p99_ns=%.0f cpu_percent=%.3f\n",
           median(lateness, waits), quantile(lateness, waits, 0.99), 100.0 * (double)cpu / (double)wall);
    gst_clock_id_unref(deadline);
    gst_object_unref(clock);
    free(lateness);
    return 0;
}
