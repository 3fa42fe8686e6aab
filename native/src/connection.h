/* A stream's connection with the graph: its formats, its state, its links. Call both functions with the loop's lock held. */
#ifndef RV_CONNECTION_H
#define RV_CONNECTION_H

#include "stream.h"

/*
 * Begins to connect the stream with the node that the parameters name; returns a negated errno if that is impossible. Events report the
 * result.
 */
int rv_connection_open(struct rv_pw_stream *stream, const struct rv_pw_stream_params *params);

/* Ends the connection, even if rv_connection_open failed. */
void rv_connection_close(struct rv_pw_stream *stream);

#endif
