/* A GStreamer line under test: buffers from a pool are pushed out of a bare source pad,
 * run through elements, and end in a bare sink pad, so that source and sink cost next to nothing. */
#pragma once

#include <gst/gst.h>

typedef struct {
    GstElement *pipeline; /* holds the elements under test; playing once the line is open */
    GstPad *source;       /* the caller's thread pushes here */
    GstPad *sink;         /* drops what arrives, or hands it to the caller's chain function */
    GstBufferPool *pool;
} GstLine;

/* Starts GStreamer and makes a line with nothing on it. */
void line_create(GstLine *line);

/* Makes an element of the named factory and puts it into the line's pipeline. Ends the program where there is none. */
GstElement *line_add(GstLine *line, const char *factory);

/* Links two pads, which may belong to no element, and gives up the reference to neither. */
void line_link(GstPad *from, GstPad *to);

/* Links the source pad to `first` and `last` to the sink pad (or source to sink where both are NULL),
 * sets everything going and sends the events that have to come before the first buffer.
 * `chain` may be NULL: buffers are dropped. */
void line_open(GstLine *line, GstElement *first, GstElement *last, GstPadChainFunction chain);

/* Pushes one stamped buffer from the pool. Ends the program where the line refuses it. */
void line_push(GstLine *line, GstClockTime pts);

void line_close(GstLine *line);
