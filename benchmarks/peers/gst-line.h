/* A GStreamer line under test. Buffers from a pool are pushed out of a bare source pad, pass
 * elements, and end in a bare sink pad. So source and sink cost almost nothing. */
#pragma once

#include <gst/gst.h>

typedef struct {
    GstElement *pipeline; /* contains the elements under test; playing after line_open */
    GstPad *source;       /* the caller's thread pushes here */
    GstPad *sink;         /* drops buffers, or hands them to the caller's chain function */
    GstBufferPool *pool;
} GstLine;

/* Starts GStreamer and makes a line without elements. */
void line_create(GstLine *line);

/* Makes an element of the named factory and adds it to the line's pipeline. Ends the program if that is not possible. */
GstElement *line_add(GstLine *line, const char *factory);

/* Links two pads. They need not belong to an element. The caller keeps its references. */
void line_link(GstPad *from, GstPad *to);

/* Links the source pad to `first`, or to the sink pad if `first` is NULL. Links `last` to the sink pad
 * unless it is NULL. Starts everything, and sends the events that must come before the first buffer.
 * If `chain` is NULL, the sink pad drops buffers. */
void line_open(GstLine *line, GstElement *first, GstElement *last, GstPadChainFunction chain);

/* Pushes one stamped buffer from the pool. Ends the program if the line refuses it. */
void line_push(GstLine *line, GstClockTime pts);

void line_close(GstLine *line);
