/* Memory that stays readable until this side unmaps it, whatever the other side does. */
#ifndef RV_MEMORY_H
#define RV_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct rv_mapping {
    void *address; /* the first page; null if there is no mapping */
    size_t length;
    uint8_t *data; /* the first requested byte; it is in the first page */
    int dmabuf;    /* a descriptor for rv_mapping_sync, or -1 */
};

#define RV_NO_MAPPING ((struct rv_mapping){.address = NULL, .dmabuf = -1})

/* Maps pages a second time that are already mapped as shared, no matter who mapped them. -EINVAL: they are private. */
int rv_map_again(const void *data, size_t size, struct rv_mapping *mapping);

/* Maps a part of a file for reading. If is_dmabuf is set, keeps a descriptor for rv_mapping_sync. */
int rv_map_fd(int fd, off_t offset, size_t size, int is_dmabuf, struct rv_mapping *mapping);

/* Maps new memory; it costs nothing until something is written to it. */
int rv_map_fresh(size_t size, struct rv_mapping *mapping);

void rv_unmap(struct rv_mapping *mapping);

/* Reports to a DMABUF's exporter that the processor begins or ends to read; does nothing for other memory. */
void rv_mapping_sync(const struct rv_mapping *mapping, int begin);

#endif
