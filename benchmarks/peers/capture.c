/* Measures the cost of a captured buffer in GStreamer, with a device's source and a fakesink. */
#include "figures.h"

#include <gst/gst.h>

static const char usage[] =
    "usage: capture SOURCE [ROUNDS]\n"
    "Captures from SOURCE for a second, and then measures ROUNDS (default 5) of a hundred buffers. SOURCE is one of:\n"
    "    alsa            the card Dummy: 48 kHz, stereo, 16 bits, periods of 10 ms, a buffer of 200 ms\n"
    "    v4l2            /dev/video0: 320x180 YUYV at 60 Hz\n"
    "    pipewire-audio  the node test-audio: 48 kHz, stereo, F32\n"
    "    pipewire-video  the node test-video: 320x240 RGB at 60 Hz\n"
    "Prints cpu_ns_per_buffer, all threads of the process together, in the median round,\n"
    "and buffer_bytes and buffers_per_second, to check that both sides get the same buffers.\n";

static const char *const sources[][2] = {
    {"alsa", "alsasrc device=hw:CARD=Dummy,DEV=0 buffer-time=200000 latency-time=10000"
             " ! audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved"},
    {"v4l2", "v4l2src device=/dev/video0 io-mode=mmap"
             " ! video/x-raw,format=YUY2,width=320,height=180,framerate=60/1"},
    {"pipewire-audio", "pipewiresrc target-object=test-audio"
                       " ! audio/x-raw,format=F32LE,rate=48000,channels=2,layout=interleaved"},
    {"pipewire-video", "pipewiresrc target-object=test-video"
                       " ! video/x-raw,format=RGB,width=320,height=240,framerate=60/1"},
};

enum { round_buffers = 100 };

static gsize buffer_bytes;

static GstPadProbeReturn note_size(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    (void)pad, (void)data;
    buffer_bytes = gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info));
    return GST_PAD_PROBE_REMOVE;
}

static guint64 rendered(GstElement *sink)
{
    GstStructure *stats;
    guint64 count = 0;
    g_object_get(sink, "stats", &stats, NULL);
    gst_structure_get_uint64(stats, "rendered", &count);
    gst_structure_free(stats);
    return count;
}

static void end_where_failed(GstElement *pipeline)
{
    GstBus *bus = gst_element_get_bus(pipeline);
    GstMessage *message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
    gst_object_unref(bus);
    if (message) {
        GError *error;
        gst_message_parse_error(message, &error, NULL);
        fprintf(stderr, "capture: %s\n", error->message);
        exit(1);
    }
}

/* Sleeps until count buffers have come. It wakes as seldom as possible, because each wake-up is part of the measured cost. */
static void await_buffers(GstElement *pipeline, GstElement *sink, guint64 count, double per_second)
{
    for (guint64 come; (come = rendered(sink)) < count; end_where_failed(pipeline))
        g_usleep(come == 0 ? 100000 : (gulong)(1e6 * (double)(count - come) / per_second) + 1000);
}

int main(int argc, char **argv)
{
    check_usage(argc, argv, 1, 2, usage);
    long rounds = count_argument(argc, argv, 2, 5);
    double *costs = allocate(rounds, sizeof *costs);
    const char *source = NULL;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        source = strcmp(argv[1], sources[i][0]) ? source : sources[i][1];
    if (!source)
        usage_error(usage);

    gst_init(NULL, NULL);
    char *line = g_strdup_printf("%s ! fakesink name=sink sync=false enable-last-sample=false", source);
    GstElement *pipeline = gst_parse_launch(line, NULL);
    if (!pipeline) {
        fprintf(stderr, "capture: GStreamer cannot make: %s\n", line);
        return 1;
    }
    GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    GstPad *pad = gst_element_get_static_pad(sink, "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, note_size, NULL, NULL);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);

    await_buffers(pipeline, sink, 1, 1);
    guint64 first = rendered(sink);
    int64_t wall = wall_ns();
    g_usleep(1000000);
    double per_second = (double)(rendered(sink) - first) * NS_PER_SECOND / (double)(wall_ns() - wall);

    guint64 begin = rendered(sink);
    wall = wall_ns();
    for (long i = 0; i < rounds; i++) {
        first = rendered(sink);
        int64_t cpu = cpu_ns();
        await_buffers(pipeline, sink, first + round_buffers, per_second);
        costs[i] = (double)(cpu_ns() - cpu) / (double)(rendered(sink) - first);
    }
    double all_per_second = (double)(rendered(sink) - begin) * NS_PER_SECOND / (double)(wall_ns() - wall);
    printf("cpu_ns_per_buffer=%.0f buffer_bytes=%zu buffers_per_second=%.2f\n", median(costs, rounds), (size_t)buffer_bytes,
           all_per_second);

    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pad);
    gst_object_unref(sink);
    gst_object_unref(pipeline);
    g_free(line);
    free(costs);
    return 0;
}
