/* Memory that stays readable for as long as this side wants, whatever the other side does. */
#ifndef RV_MEMORY_H
#define RV_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct rv_mapping {
    void *address; /* of the first page; null where there is none */
    size_t length;
    uint8_t *data; /* what was asked for, somewhere in the first page */
    int dmabuf;    /* a descriptor to synchronise with, or -1 */
};

#define RV_NO_MAPPING ((struct rv_mapping){.address = NULL, .dmabuf = -1})

/* A second mapping of pages that are mapped shared already, whoever mapped them. -EINVAL: they are private. */
int rv_map_again(const void *data, size_t size, struct rv_mapping *mapping);

/* Maps part of a file for reading. is_dmabuf: keeps a descriptor, for rv_mapping_sync. */
int rv_map_fd(int fd, off_t offset, size_t size, int is_dmabuf, struct rv_mapping *mapping);

/* Fresh memory, which costs nothing until it is written to. */
int rv_map_fresh(size_t size, struct rv_mapping *mapping);

void rv_unmap(struct rv_mapping *mapping);

/* Tells a DMABUF's exporter that the processor begins or ends to read; nothing for other memory. */
void rv_mapping_sync(const struct rv_mapping *mapping, int begin);

#endif
