/* Measures the cost of one inline element: a line of ten GStreamer identities, minus the same line without them. */
#include "figures.h"
#include "gst-line.h"

static const char usage[] =
    "usage: inline [THOUSANDS]\n"
    "Pushes THOUSANDS (default 500) times a thousand buffers through ten identity elements,\n"
    "and as many directly from the source pad to the sink pad. The difference is the elements' cost.\n"
    "Prints ns_per_element and bare_ns, the cost of a buffer in the empty line.\n";

enum { elements = 10 };

static double ns_per_buffer(int identities, long buffers)
{
    GstLine line;
    line_create(&line);
    GstElement *first = NULL, *last = NULL;
    for (int i = 0; i < identities; i++) {
        GstElement *next = line_add(&line, "identity");
        if (last && !gst_element_link(last, next))
            exit(1);
        first = first ? first : next;
        last = next;
    }
    line_open(&line, first, last, NULL);

    for (long i = 0; i < buffers / 10; i++)
        line_push(&line, i);
    int64_t start = wall_ns();
    for (long i = 0; i < buffers; i++)
        line_push(&line, i);
    double cost = (double)(wall_ns() - start) / (double)buffers;

    line_close(&line);
    return cost;
}

int main(int argc, char **argv)
{
    check_usage(argc, argv, 0, 1, usage);
    long buffers = count_argument(argc, argv, 1, 500) * 1000;
    double bare = ns_per_buffer(0, buffers);
    double full = ns_per_buffer(elements, buffers);
    printf("ns_per_element=%.1f bare_ns=%.1f\n", (full - bare) / elements, bare);
    return 0;
}
