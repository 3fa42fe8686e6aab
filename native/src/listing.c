/* Lists a daemon's nodes and their formats. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "formats.h"

/* A node or port that was asked for its formats. */
struct inquiry {
    struct pw_proxy *proxy;
    struct spa_hook listener;
    struct listing *listing;
    int32_t node;
};

struct listing {
    struct rv_pw_capability *capabilities;
    int32_t capacity;
    int32_t count;
};

static void on_param(void *data, int seq, uint32_t id, uint32_t index, uint32_t next, const struct spa_pod *pod)
{
    struct inquiry *inquiry = data;
    struct listing *listing = inquiry->listing;
    struct rv_pw_capability found[RV_PW_MAX_FORMATS];
    (void)seq, (void)index, (void)next;
    int count = id == SPA_PARAM_EnumFormat && pod != NULL ? rv_formats_capabilities(pod, found, RV_PW_MAX_FORMATS) : 0;
    for (int i = 0; i < count; i++) {
        found[i].node = inquiry->node;
        bool is_known = false;
        int32_t known = listing->count < listing->capacity ? listing->count : listing->capacity;
        for (int32_t j = 0; j < known && !is_known; j++)
            is_known = memcmp(&listing->capabilities[j], &found[i], sizeof(found[i])) == 0;
        if (is_known)
            continue;

        if (listing->count < listing->capacity)
            listing->capabilities[listing->count] = found[i];
        listing->count++;
    }
}

static const struct pw_node_events node_events = {PW_VERSION_NODE_EVENTS, .param = on_param};

static const struct pw_port_events port_events = {PW_VERSION_PORT_EVENTS, .param = on_param};

static void ask(struct rv_pw_client *client, struct inquiry *inquiry, const struct rv_global *global)
{
    bool is_node = strcmp(global->type, PW_TYPE_INTERFACE_Node) == 0;
    inquiry->proxy = pw_registry_bind(client->registry, global->id, global->type, is_node ? PW_VERSION_NODE : PW_VERSION_PORT, 0);
    if (inquiry->proxy == NULL)
        return;

    if (is_node) {
        pw_node_add_listener((struct pw_node *)inquiry->proxy, &inquiry->listener, &node_events, inquiry);
        pw_node_enum_params((struct pw_node *)inquiry->proxy, 0, SPA_PARAM_EnumFormat, 0, UINT32_MAX, NULL);
    } else {
        pw_port_add_listener((struct pw_port *)inquiry->proxy, &inquiry->listener, &port_events, inquiry);
        pw_port_enum_params((struct pw_port *)inquiry->proxy, 0, SPA_PARAM_EnumFormat, 0, UINT32_MAX, NULL);
    }
}

static bool is_node(const struct rv_global *global)
{
    return strcmp(global->type, PW_TYPE_INTERFACE_Node) == 0 && rv_global_get(global, PW_KEY_MEDIA_CLASS)[0] != '\0';
}

static bool is_video(const struct rv_pw_node *node)
{
    return strncmp(node->media_class, "Video/", 6) == 0;
}

static void describe(const struct rv_global *global, struct rv_pw_node *node)
{
    const char *name = rv_global_get(global, PW_KEY_NODE_NAME);
    const char *description = rv_global_get(global, PW_KEY_NODE_DESCRIPTION);
    *node = (struct rv_pw_node){.id = global->id, .serial = strtoull(rv_global_get(global, PW_KEY_OBJECT_SERIAL), NULL, 10)};
    snprintf(node->media_class, sizeof(node->media_class), "%s", rv_global_get(global, PW_KEY_MEDIA_CLASS));
    snprintf(node->name, sizeof(node->name), "%s", name);
    snprintf(node->description, sizeof(node->description), "%s", description[0] != '\0' ? description : name);
}

/*
 * True if this global has to be asked for formats. For sound that is the node, because its ports report only their format in the graph. For
 * pictures it is the ports.
 */
static bool is_asked(const struct rv_global *global, const struct rv_pw_node *nodes, int32_t count, int32_t *node)
{
    bool is_port = strcmp(global->type, PW_TYPE_INTERFACE_Port) == 0;
    uint32_t id = is_port ? (uint32_t)strtoul(rv_global_get(global, PW_KEY_NODE_ID), NULL, 10) : global->id;
    for (*node = 0; *node < count; ++*node) {
        if (nodes[*node].id == id && is_video(&nodes[*node]) == is_port)
            return is_port || strcmp(global->type, PW_TYPE_INTERFACE_Node) == 0;
    }

    return false;
}

int32_t rv_pw_list(struct rv_pw_client *client, int32_t timeout_ms, struct rv_pw_node *nodes, int32_t node_capacity, int32_t *node_count,
                   struct rv_pw_capability *capabilities, int32_t capability_capacity, int32_t *capability_count)
{
    struct listing listing = {.capabilities = capabilities, .capacity = capability_capacity};
    struct rv_global *global;
    size_t globals = 0, asked = 0;
    *node_count = *capability_count = 0;
    pw_thread_loop_lock(client->loop);
    spa_list_for_each(global, &client->globals, link) {
        globals++;
        if (!is_node(global))
            continue;

        if (*node_count < node_capacity)
            describe(global, &nodes[*node_count]);
        ++*node_count;
    }

    int error = 0;
    int32_t described = *node_count < node_capacity ? *node_count : node_capacity;
    struct inquiry *inquiries = calloc(globals + 1, sizeof(*inquiries));
    if (inquiries == NULL) {
        error = -ENOMEM;
    } else {
        spa_list_for_each(global, &client->globals, link) {
            int32_t node;
            if (!is_asked(global, nodes, described, &node))
                continue;

            inquiries[asked] = (struct inquiry){.listing = &listing, .node = node};
            ask(client, &inquiries[asked++], global);
        }

        error = rv_client_sync(client, timeout_ms);
        for (size_t i = 0; i < asked; i++) {
            if (inquiries[i].proxy != NULL)
                pw_proxy_destroy(inquiries[i].proxy);
        }
    }

    pw_thread_loop_unlock(client->loop);
    free(inquiries);
    *capability_count = listing.count;
    return error;
}
