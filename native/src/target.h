/* The node at the other side of a stream. */
#ifndef RV_TARGET_H
#define RV_TARGET_H

#include "client.h"

/*
 * With the loop's lock held: returns the node that the parameters name. If they name none, returns the fitting node of the highest
 * priority. Null if there is none.
 */
struct rv_global *rv_target_find(struct rv_pw_client *client, const struct rv_pw_stream_params *params);

/* With the loop's lock held: true for a node that plays sound; its monitor can be recorded. */
bool rv_target_is_sink(const struct rv_global *target);

#endif
