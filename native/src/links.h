/* Connects a stream's ports with another node's, if no session manager does so. */
#ifndef RV_LINKS_H
#define RV_LINKS_H

#include "client.h"

#define RV_MAX_LINKS 64

struct rv_links {
    struct rv_pw_client *client;
    uint32_t node;   /* the stream's node; PW_ID_ANY until it is known */
    uint32_t target; /* the other side's node */
    bool is_capture;
    uint32_t expected; /* the number of the stream's ports that must exist before linking */
    uint32_t count;
    struct pw_proxy *proxies[RV_MAX_LINKS];
};

/* Call all functions with the loop's lock held. */

/* Links the ports if all of them exist; does nothing if they are linked already. */
void rv_links_try(struct rv_links *links);

/* True if this is the id of one of the links; errors about a link contain it. */
bool rv_links_has(const struct rv_links *links, uint32_t id);

void rv_links_remove(struct rv_links *links);

#endif
