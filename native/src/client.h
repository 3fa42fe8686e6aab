/* A connection to a daemon, with the objects of its registry. */
#ifndef RV_CLIENT_H
#define RV_CLIENT_H

#include <pipewire/pipewire.h>
#include <stdbool.h>

#include "retrovue_pipewire.h"

struct rv_global {
    struct spa_list link;
    uint32_t id;
    uint32_t version;
    const char *type; /* PW_TYPE_INTERFACE_Node, _Port or _Client */
    struct pw_properties *properties;
};

/* Gets the daemon's messages, on the loop's thread with its lock held. */
struct rv_watcher {
    struct spa_list link;
    void (*changed)(struct rv_watcher *watcher);                                   /* the registry has a new global */
    void (*removed)(struct rv_watcher *watcher, uint32_t id);                      /* a global is gone */
    void (*failed)(struct rv_watcher *watcher, uint32_t id, int error, const char *text); /* the daemon refused something */
    void (*gone)(struct rv_watcher *watcher, int error, const char *text);
};

struct rv_pw_client {
    struct pw_thread_loop *loop;
    struct pw_context *context;
    struct pw_core *core;
    struct pw_registry *registry;
    struct spa_hook core_listener;
    struct spa_hook registry_listener;
    struct spa_list globals;
    struct spa_list watchers;
    uint32_t references; /* guarded by the loop's lock */
    int sync;
    int synced;
    bool is_portal; /* the connection uses a portal's socket */
    int error;      /* negated errno once the daemon is gone */
    char error_text[RV_PW_TEXT];
};

/* With the loop's lock held: waits until the daemon has answered all earlier requests. */
int rv_client_sync(struct rv_pw_client *client, int timeout_ms);

/* With the loop's lock held: returns the global with this id; null if there is none. */
struct rv_global *rv_client_find(struct rv_pw_client *client, uint32_t id);

/* With the loop's lock held: returns the text of a global's property; empty if it has none. */
const char *rv_global_get(const struct rv_global *global, const char *key);

/* With the loop's lock held: true if a session manager is connected. */
bool rv_client_has_manager(struct rv_pw_client *client);

/* Releases one reference; the last one ends the connection. Call it without the lock, and not on the loop's thread. */
void rv_client_release(struct rv_pw_client *client);

#endif
