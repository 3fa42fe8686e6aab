#include "gst-line.h"

#include <stdio.h>
#include <stdlib.h>

static void fail(const char *what)
{
    fprintf(stderr, "gst-line: %s\n", what);
    exit(1);
}

static GstFlowReturn drop(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
    (void)pad, (void)parent;
    gst_buffer_unref(buffer);
    return GST_FLOW_OK;
}

static gboolean swallow_event(GstPad *pad, GstObject *parent, GstEvent *event)
{
    (void)pad, (void)parent;
    gst_event_unref(event);
    return TRUE;
}

void line_create(GstLine *line)
{
    gst_init(NULL, NULL);
    line->pipeline = gst_pipeline_new(NULL);
    line->source = gst_object_ref_sink(gst_pad_new("src", GST_PAD_SRC));
    line->sink = gst_object_ref_sink(gst_pad_new("sink", GST_PAD_SINK));
    line->pool = gst_buffer_pool_new();

    GstStructure *config = gst_buffer_pool_get_config(line->pool);
    gst_buffer_pool_config_set_params(config, NULL, 1024, 16, 0);
    if (!gst_buffer_pool_set_config(line->pool, config) || !gst_buffer_pool_set_active(line->pool, TRUE))
        fail("the buffer pool does not start");
}

GstElement *line_add(GstLine *line, const char *factory)
{
    GstElement *element = gst_element_factory_make(factory, NULL);
    if (!element || !gst_bin_add(GST_BIN(line->pipeline), element))
        fail(factory);
    return element;
}

void line_link(GstPad *from, GstPad *to)
{
    /* The usual checks require a common parent, and bare pads have none. */
    if (gst_pad_link_full(from, to, GST_PAD_LINK_CHECK_NOTHING) != GST_PAD_LINK_OK)
        fail("the pads do not link");
}

void line_open(GstLine *line, GstElement *first, GstElement *last, GstPadChainFunction chain)
{
    gst_pad_set_chain_function(line->sink, chain ? chain : drop);
    gst_pad_set_event_function(line->sink, swallow_event);

    GstPad *into = first ? gst_element_get_static_pad(first, "sink") : NULL;
    GstPad *out = last ? gst_element_get_static_pad(last, "src") : NULL;
    line_link(line->source, into ? into : line->sink);
    if (out)
        line_link(out, line->sink);
    g_clear_object(&into);
    g_clear_object(&out);

    gst_pad_set_active(line->sink, TRUE);
    if (gst_element_set_state(line->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
        fail("the pipeline does not start");
    gst_pad_set_active(line->source, TRUE);

    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(line->source, gst_event_new_stream_start("line"));
    gst_pad_push_event(line->source, gst_event_new_caps(gst_caps_new_empty_simple("application/x-peer")));
    gst_pad_push_event(line->source, gst_event_new_segment(&segment));
}

void line_push(GstLine *line, GstClockTime pts)
{
    GstBuffer *buffer;
    if (gst_buffer_pool_acquire_buffer(line->pool, &buffer, NULL) != GST_FLOW_OK)
        fail("the buffer pool is empty");
    GST_BUFFER_PTS(buffer) = pts;
    if (gst_pad_push(line->source, buffer) != GST_FLOW_OK)
        fail("a buffer is refused");
}

void line_close(GstLine *line)
{
    gst_pad_set_active(line->source, FALSE);
    gst_element_set_state(line->pipeline, GST_STATE_NULL);
    gst_pad_set_active(line->sink, FALSE);
    gst_buffer_pool_set_active(line->pool, FALSE);
    gst_object_unref(line->pipeline);
    gst_object_unref(line->source);
    gst_object_unref(line->sink);
    gst_object_unref(line->pool);
}
