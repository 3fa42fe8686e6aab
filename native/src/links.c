#include "links.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lists a node's ports of one direction by their ids, which is the order of the channels; returns their number. */
static uint32_t ports_of(struct rv_pw_client *client, uint32_t node, const char *direction, struct rv_global *ports[RV_MAX_LINKS])
{
    uint32_t count = 0;
    struct rv_global *global;
    spa_list_for_each(global, &client->globals, link) {
        if (strcmp(global->type, PW_TYPE_INTERFACE_Port) != 0 || count == RV_MAX_LINKS
            || strtoul(rv_global_get(global, PW_KEY_NODE_ID), NULL, 10) != node
            || strcmp(rv_global_get(global, PW_KEY_PORT_DIRECTION), direction) != 0)
            continue;

        uint32_t at = count++;
        for (; at > 0 && ports[at - 1]->id > global->id; at--)
            ports[at] = ports[at - 1];
        ports[at] = global;
    }

    return count;
}

/* Returns the port for the same channel, otherwise the one at the same place. If there is only one port, it is linked with all. */
static struct rv_global *match(const struct rv_global *port, uint32_t place, struct rv_global *const others[], uint32_t count)
{
    const char *channel = rv_global_get(port, PW_KEY_AUDIO_CHANNEL);
    for (uint32_t i = 0; channel[0] != '\0' && i < count; i++) {
        if (strcmp(rv_global_get(others[i], PW_KEY_AUDIO_CHANNEL), channel) == 0)
            return others[i];
    }

    return count == 1 ? others[0] : place < count ? others[place] : NULL;
}

static struct pw_proxy *connect_ports(struct rv_links *links, const struct rv_global *from, const struct rv_global *to)
{
    struct pw_properties *properties = pw_properties_new(NULL, NULL);
    if (properties == NULL)
        return NULL;

    pw_properties_setf(properties, PW_KEY_LINK_OUTPUT_NODE, "%u", links->is_capture ? links->target : links->node);
    pw_properties_setf(properties, PW_KEY_LINK_OUTPUT_PORT, "%u", from->id);
    pw_properties_setf(properties, PW_KEY_LINK_INPUT_NODE, "%u", links->is_capture ? links->node : links->target);
    pw_properties_setf(properties, PW_KEY_LINK_INPUT_PORT, "%u", to->id);
    struct pw_proxy *proxy = pw_core_create_object(
        links->client->core, "link-factory", PW_TYPE_INTERFACE_Link, PW_VERSION_LINK, &properties->dict, 0);
    pw_properties_free(properties);
    return proxy;
}

void rv_links_try(struct rv_links *links)
{
    struct rv_global *own[RV_MAX_LINKS], *others[RV_MAX_LINKS];
    if (links->count > 0 || links->node == PW_ID_ANY || links->target == PW_ID_ANY)
        return;

    uint32_t own_count = ports_of(links->client, links->node, links->is_capture ? "in" : "out", own);
    uint32_t other_count = ports_of(links->client, links->target, links->is_capture ? "out" : "in", others);
    if (own_count < links->expected || other_count == 0)
        return;

    for (uint32_t i = 0; i < own_count; i++) {
        struct rv_global *other = match(own[i], i, others, other_count);
        if (other == NULL)
            continue;

        struct pw_proxy *proxy = links->is_capture ? connect_ports(links, other, own[i]) : connect_ports(links, own[i], other);
        if (proxy != NULL)
            links->proxies[links->count++] = proxy;
    }
}

bool rv_links_has(const struct rv_links *links, uint32_t id)
{
    for (uint32_t i = 0; i < links->count; i++) {
        if (pw_proxy_get_id(links->proxies[i]) == id)
            return true;
    }

    return false;
}

void rv_links_remove(struct rv_links *links)
{
    for (uint32_t i = 0; i < links->count; i++)
        pw_proxy_destroy(links->proxies[i]);
    /* The stream's last change of state comes later, and must not make new links. */
    links->count = 0;
    links->target = PW_ID_ANY;
}
