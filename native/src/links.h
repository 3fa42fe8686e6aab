/* Connects a stream's ports with another node's where no session manager does. */
#ifndef RV_LINKS_H
#define RV_LINKS_H

#include "client.h"

#define RV_MAX_LINKS 64

struct rv_links {
    struct rv_pw_client *client;
    uint32_t node;   /* the stream's; PW_ID_ANY until known */
    uint32_t target; /* the other side's */
    bool is_capture;
    uint32_t expected; /* ports of the stream's that are to be there first */
    uint32_t count;
    struct pw_proxy *proxies[RV_MAX_LINKS];
};

/* All with the loop's lock held. */

/* Links what can be linked, once all ports are there; harmless when there is nothing to do. */
void rv_links_try(struct rv_links *links);

/* True for the id that an error about one of the links carries. */
bool rv_links_has(const struct rv_links *links, uint32_t id);

void rv_links_remove(struct rv_links *links);

#endif
