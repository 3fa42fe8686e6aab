/* How long a buffer takes through an empty GStreamer queue whose reader sleeps. */
#include "figures.h"
#include "gst-line.h"

static const char usage[] =
    "usage: queue-wake [BUFFERS]\n"
    "Pushes BUFFERS (default 3000) a millisecond apart into a queue that has run dry.\n"
    "Prints median_ns and p99_ns from before the push to receipt in the other thread.\n";

static double *hops;
static gint64 pushed_at;
static gint received;

static GstFlowReturn receive(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
    (void)pad, (void)parent;
    hops[received] = (double)(wall_ns() - pushed_at);
    gst_buffer_unref(buffer);
    g_atomic_int_inc(&received);
    return GST_FLOW_OK;
}

int main(int argc, char **argv)
{
    check_usage(argc, argv, 0, 1, usage);
    long buffers = count_argument(argc, argv, 1, 3000);
    hops = allocate(buffers, sizeof *hops);

    GstLine line;
    line_create(&line);
    GstElement *queue = line_add(&line, "queue");
    line_open(&line, queue, queue, receive);
    for (long i = 0; i < buffers; i++) {
        /* The reader has nothing to do for a millisecond, so it is asleep; the write of pushed_at
         * is ordered before its read by the queue's own lock. */
        do
            g_usleep(1000);
        while (g_atomic_int_get(&received) < i);
        pushed_at = wall_ns();
        line_push(&line, i);
    }
    while (g_atomic_int_get(&received) < buffers)
        g_usleep(1000);

    printf("median_ns=%.0f p99_ns=%.0f\n", median(hops, buffers), quantile(hops, buffers, 0.99));
    line_close(&line);
    free(hops);
    return 0;
}
