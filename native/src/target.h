/* The node at the other side of a stream. */
#ifndef RV_TARGET_H
#define RV_TARGET_H

#include "client.h"

/*
 * With the loop's lock held: the node that the parameters name, or, where they name none, the one of the highest priority that fits. Null
 * where there is none.
 */
struct rv_global *rv_target_find(struct rv_pw_client *client, const struct rv_pw_stream_params *params);

/* With the loop's lock held: true for a node that takes sound; its monitor can be recorded. */
bool rv_target_is_sink(const struct rv_global *target);

#endif
