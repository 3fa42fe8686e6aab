/* A stream's connection with the graph: its formats, its state, its links. Both with the loop's lock held. */
#ifndef RV_CONNECTION_H
#define RV_CONNECTION_H

#include "stream.h"

/*
 * Begins to connect the stream with what the parameters name; negated errno where that cannot be. What comes of it is told by events.
 */
int rv_connection_open(struct rv_pw_stream *stream, const struct rv_pw_stream_params *params);

/* Ends the connection, also one that rv_connection_open did not bring about. */
void rv_connection_close(struct rv_pw_stream *stream);

#endif
