/* Measures the time of a buffer in an empty GStreamer queue with a sleeping reader. */
#include "figures.h"
#include "gst-line.h"

static const char usage[] =
    "usage: queue-wake [BUFFERS]\n"
    "Pushes BUFFERS (default 3000), one per millisecond, into a queue that is empty.\n"
    "Prints median_ns and p99_ns of the time from before the push to the receipt in the other thread.\n";

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
        /* The reader has nothing to do for a millisecond, so it is asleep. The queue's own lock makes sure
         * that pushed_at is written before it is read. */
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
