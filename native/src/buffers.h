/* The graph's buffers of a stream, which come and go with its formats. Both on the loop's thread; data is the stream. */
#ifndef RV_BUFFERS_H
#define RV_BUFFERS_H

#include "stream.h"

/* Gives a buffer of capture its slot, with mappings of its memory, and sees to it that it can be copied. */
void rv_buffers_add(void *data, struct pw_buffer *buffer);

/* Takes the buffer out of its slot; its memory stays where the reader has it. */
void rv_buffers_remove(void *data, struct pw_buffer *buffer);

#endif
