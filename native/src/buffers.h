/* A stream's buffers in the graph; they change with its format. Both functions: on the loop's thread; data is the stream. */
#ifndef RV_BUFFERS_H
#define RV_BUFFERS_H

#include "stream.h"

/* For capture: gives a buffer its slot, with mappings of its memory, and makes memory for copies of it. */
void rv_buffers_add(void *data, struct pw_buffer *buffer);

/* Takes the buffer out of its slot. If the reader has the slot, its memory stays. */
void rv_buffers_remove(void *data, struct pw_buffer *buffer);

#endif
