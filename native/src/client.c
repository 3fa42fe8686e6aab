#include "client.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void on_global(void *data, uint32_t id, uint32_t permissions, const char *type, uint32_t version, const struct spa_dict *properties)
{
    static const char *const kept[] = {PW_TYPE_INTERFACE_Node, PW_TYPE_INTERFACE_Port, PW_TYPE_INTERFACE_Client};
    struct rv_pw_client *client = data;
    (void)permissions;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (strcmp(type, kept[i]) != 0 || properties == NULL)
            continue;

        struct rv_global *global = calloc(1, sizeof(*global));
        struct pw_properties *copy = pw_properties_new_dict(properties);
        if (global == NULL || copy == NULL) {
            pw_properties_free(copy);
            free(global);
            return;
        }

        *global = (struct rv_global){.id = id, .version = version, .type = kept[i], .properties = copy};
        spa_list_append(&client->globals, &global->link);
    }

    struct rv_watcher *watcher, *next;
    spa_list_for_each_safe(watcher, next, &client->watchers, link)
        watcher->changed(watcher);
}

static void forget(struct rv_global *global)
{
    spa_list_remove(&global->link);
    pw_properties_free(global->properties);
    free(global);
}

static void on_global_remove(void *data, uint32_t id)
{
    struct rv_pw_client *client = data;
    struct rv_global *global = rv_client_find(client, id);
    if (global == NULL)
        return;

    forget(global);
    struct rv_watcher *watcher, *next;
    spa_list_for_each_safe(watcher, next, &client->watchers, link)
        watcher->removed(watcher, id);
}

static void on_done(void *data, uint32_t id, int seq)
{
    struct rv_pw_client *client = data;
    if (id == PW_ID_CORE) {
        client->synced = seq;
        pw_thread_loop_signal(client->loop, false);
    }
}

static void on_error(void *data, uint32_t id, int seq, int error, const char *text)
{
    struct rv_pw_client *client = data;
    struct rv_watcher *watcher, *next;
    (void)seq;
    /* The connection ends only with this error of the core. All other errors concern one object. */
    bool is_gone = id == PW_ID_CORE && error == -EPIPE;
    if (is_gone && client->error == 0) {
        client->error = error;
        snprintf(client->error_text, sizeof(client->error_text), "%s", text);
    }

    spa_list_for_each_safe(watcher, next, &client->watchers, link) {
        if (is_gone)
            watcher->gone(watcher, error, text);
        else
            watcher->failed(watcher, id, error, text);
    }

    pw_thread_loop_signal(client->loop, false);
}

static const struct pw_core_events core_events = {PW_VERSION_CORE_EVENTS, .done = on_done, .error = on_error};

static const struct pw_registry_events registry_events = {
    PW_VERSION_REGISTRY_EVENTS, .global = on_global, .global_remove = on_global_remove};

static void initialise(void)
{
    pw_init(NULL, NULL);
}

/* Makes a context. Its data thread requests real-time priority if the daemon's packages contain the settings for that. */
static struct pw_context *new_context(struct pw_thread_loop *loop)
{
    struct pw_context *context = pw_context_new(
        pw_thread_loop_get_loop(loop), pw_properties_new(PW_KEY_CONFIG_NAME, "client-rt.conf", NULL), 0);
    return context != NULL ? context : pw_context_new(pw_thread_loop_get_loop(loop), NULL, 0);
}

/* Connects over the socket if there is one; PipeWire then owns it. */
static int connect_core(struct rv_pw_client *client, int *fd, const char *remote, const char *name)
{
    struct pw_properties *properties = pw_properties_new(PW_KEY_APP_NAME, name != NULL ? name : "retrovue", NULL);
    if (properties == NULL)
        return -ENOMEM;

    if (remote != NULL && remote[0] != '\0')
        pw_properties_set(properties, PW_KEY_REMOTE_NAME, remote);
    if (*fd >= 0) {
        client->core = pw_context_connect_fd(client->context, *fd, properties, 0);
        *fd = -1;
    } else {
        client->core = pw_context_connect(client->context, properties, 0);
    }

    if (client->core == NULL)
        return errno > 0 ? -errno : -EIO;

    pw_core_add_listener(client->core, &client->core_listener, &core_events, client);
    client->registry = pw_core_get_registry(client->core, PW_VERSION_REGISTRY, 0);
    if (client->registry == NULL)
        return errno > 0 ? -errno : -EIO;

    pw_registry_add_listener(client->registry, &client->registry_listener, &registry_events, client);
    return 0;
}

static int connect_by(int *fd, const char *remote, const char *name, int32_t timeout_ms, struct rv_pw_client **result)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    *result = NULL;
    pthread_once(&once, initialise);
    struct rv_pw_client *client = calloc(1, sizeof(*client));
    if (client == NULL)
        return -ENOMEM;

    client->references = 1;
    client->is_portal = *fd >= 0;
    spa_list_init(&client->globals);
    spa_list_init(&client->watchers);
    client->loop = pw_thread_loop_new("rv-pipewire", NULL);
    client->context = client->loop == NULL ? NULL : new_context(client->loop);
    int error = client->context == NULL ? (errno > 0 ? -errno : -EIO) : pw_thread_loop_start(client->loop);
    if (error >= 0) {
        pw_thread_loop_lock(client->loop);
        error = connect_core(client, fd, remote, name);
        if (error >= 0)
            error = rv_client_sync(client, timeout_ms);
        pw_thread_loop_unlock(client->loop);
    }

    if (error < 0) {
        rv_client_release(client);
        return error;
    }

    *result = client;
    return 0;
}

int32_t rv_pw_connect(const char *remote, const char *name, int32_t timeout_ms, struct rv_pw_client **result)
{
    int none = -1;
    return connect_by(&none, remote, name, timeout_ms, result);
}

int32_t rv_pw_connect_fd(int32_t fd, const char *name, int32_t timeout_ms, struct rv_pw_client **result)
{
    *result = NULL;
    if (fd < 0)
        return -EBADF;

    int error = connect_by(&fd, NULL, name, timeout_ms, result);
    if (fd >= 0)
        close(fd);
    return error;
}

int rv_client_sync(struct rv_pw_client *client, int timeout_ms)
{
    struct timespec until;
    pw_thread_loop_get_time(client->loop, &until, (int64_t)timeout_ms * SPA_NSEC_PER_MSEC);
    client->sync = pw_core_sync(client->core, PW_ID_CORE, client->sync);
    while (client->error == 0 && client->synced != client->sync) {
        if (pw_thread_loop_timed_wait_full(client->loop, &until) == -ETIMEDOUT)
            return -ETIMEDOUT;
    }

    return client->error;
}

struct rv_global *rv_client_find(struct rv_pw_client *client, uint32_t id)
{
    struct rv_global *global;
    spa_list_for_each(global, &client->globals, link) {
        if (global->id == id)
            return global;
    }

    return NULL;
}

const char *rv_global_get(const struct rv_global *global, const char *key)
{
    const char *value = pw_properties_get(global->properties, key);
    return value != NULL ? value : "";
}

bool rv_client_has_manager(struct rv_pw_client *client)
{
    struct rv_global *global;
    spa_list_for_each(global, &client->globals, link) {
        const char *name = rv_global_get(global, PW_KEY_APP_NAME);
        if (strcmp(global->type, PW_TYPE_INTERFACE_Client) == 0
            && (strncmp(name, "WirePlumber", 11) == 0 || strcmp(name, "pipewire-media-session") == 0))
            return true;
    }

    return false;
}

void rv_pw_disconnect(struct rv_pw_client *client)
{
    rv_client_release(client);
}

void rv_client_release(struct rv_pw_client *client)
{
    if (client->loop != NULL) {
        pw_thread_loop_lock(client->loop);
        bool is_last = --client->references == 0;
        pw_thread_loop_unlock(client->loop);
        if (!is_last)
            return;

        pw_thread_loop_stop(client->loop);
    }

    if (client->registry != NULL) {
        spa_hook_remove(&client->registry_listener);
        pw_proxy_destroy((struct pw_proxy *)client->registry);
    }

    if (client->core != NULL) {
        spa_hook_remove(&client->core_listener);
        pw_core_disconnect(client->core);
    }

    if (client->context != NULL)
        pw_context_destroy(client->context);
    if (client->loop != NULL)
        pw_thread_loop_destroy(client->loop);
    struct rv_global *global, *next;
    spa_list_for_each_safe(global, next, &client->globals, link)
        forget(global);
    free(client);
}

int32_t rv_pw_abi(void)
{
    return RV_PW_ABI;
}
