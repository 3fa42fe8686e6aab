/* Measures the cost of a buffer in a GStreamer queue that is never empty: the CPU time of both its threads. */
#include "figures.h"
#include "gst-line.h"

static const char usage[] =
    "usage: queue [THOUSANDS]\n"
    "Pushes THOUSANDS (default 1000) times a thousand buffers, as fast as a queue of 200 takes them.\n"
    "Prints cpu_ns_per_buffer, of both threads, including source and sink,\n"
    "and bare_ns, the cost of the same line without the queue.\n";

static gint received;

static GstFlowReturn count(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
    (void)pad, (void)parent;
    gst_buffer_unref(buffer);
    g_atomic_int_inc(&received);
    return GST_FLOW_OK;
}

static double cpu_per_buffer(const char *factory, long buffers)
{
    GstLine line;
    line_create(&line);
    GstElement *queue = factory ? line_add(&line, factory) : NULL;
    line_open(&line, queue, queue, count);

    g_atomic_int_set(&received, 0);
    int64_t start = cpu_ns();
    for (long i = 0; i < buffers; i++)
        line_push(&line, i);
    while (g_atomic_int_get(&received) < buffers) /* at most one queue length of buffers has not arrived yet */
        g_usleep(100);
    double cost = (double)(cpu_ns() - start) / (double)buffers;

    line_close(&line);
    return cost;
}

int main(int argc, char **argv)
{
    check_usage(argc, argv, 0, 1, usage);
    long buffers = count_argument(argc, argv, 1, 1000) * 1000;
    double bare = cpu_per_buffer(NULL, buffers);
    double full = cpu_per_buffer("queue", buffers);
    printf("cpu_ns_per_buffer=%.1f bare_ns=%.1f\n", full, bare);
    return 0;
}
