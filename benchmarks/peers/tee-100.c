/* Measures the cost of giving one buffer to a hundred sinks through a GStreamer tee, all on one thread. */
#include "figures.h"
#include "gst-line.h"

static const char usage[] =
    "usage: tee-100 [THOUSANDS]\n"
    "Pushes THOUSANDS (default 30) times a thousand buffers into a tee with 100 fakesinks\n"
    "(async=false sync=false, no queues).\n"
    "Prints ns_per_buffer, including the cost of the source pad.\n";

enum { sinks = 100 };

int main(int argc, char **argv)
{
    check_usage(argc, argv, 0, 1, usage);
    long buffers = count_argument(argc, argv, 1, 30) * 1000;

    GstLine line;
    line_create(&line);
    GstElement *tee = line_add(&line, "tee");
    for (int i = 0; i < sinks; i++) {
        GstElement *sink = line_add(&line, "fakesink");
        g_object_set(sink, "async", FALSE, "sync", FALSE, NULL);
        if (!gst_element_link(tee, sink))
            return 1;
    }
    line_open(&line, tee, NULL, NULL);

    for (long i = 0; i < buffers / 10; i++)
        line_push(&line, i);
    int64_t start = wall_ns();
    for (long i = 0; i < buffers; i++)
        line_push(&line, i);
    printf("ns_per_buffer=%.0f\n", (double)(wall_ns() - start) / (double)buffers);

    line_close(&line);
    return 0;
}
