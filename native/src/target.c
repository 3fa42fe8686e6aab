#include "target.h"

#include <stdlib.h>
#include <string.h>

bool rv_target_is_sink(const struct rv_global *target)
{
    return strstr(rv_global_get(target, PW_KEY_MEDIA_CLASS), "Sink") != NULL;
}

/* True if the node's class is one for the stream's other side; the monitor of a sink can be recorded too. */
static bool fits(const struct rv_global *global, const struct rv_pw_stream_params *params)
{
    const char *media_class = rv_global_get(global, PW_KEY_MEDIA_CLASS);
    const char *medium = params->media == RV_PW_VIDEO ? "Video/" : "Audio/";
    if (strcmp(global->type, PW_TYPE_INTERFACE_Node) != 0 || strncmp(media_class, medium, 6) != 0)
        return false;

    return params->direction == RV_PW_CAPTURE || rv_target_is_sink(global) || strstr(media_class, "Duplex") != NULL;
}

struct rv_global *rv_target_find(struct rv_pw_client *client, const struct rv_pw_stream_params *params)
{
    struct rv_global *global, *best = NULL;
    long highest = -1;
    if (params->target_id != 0) {
        global = rv_client_find(client, params->target_id);
        return global != NULL && strcmp(global->type, PW_TYPE_INTERFACE_Node) == 0 ? global : NULL;
    }

    spa_list_for_each(global, &client->globals, link) {
        if (!fits(global, params))
            continue;

        if (params->target != NULL) {
            if (strcmp(rv_global_get(global, PW_KEY_NODE_NAME), params->target) == 0
                || strcmp(rv_global_get(global, PW_KEY_OBJECT_SERIAL), params->target) == 0)
                return global;
            continue;
        }

        long priority = strtol(rv_global_get(global, PW_KEY_PRIORITY_SESSION), NULL, 10);
        bool is_monitor = params->direction == RV_PW_CAPTURE && rv_target_is_sink(global);
        if (!is_monitor && priority > highest) {
            best = global;
            highest = priority;
        }
    }

    return best;
}
