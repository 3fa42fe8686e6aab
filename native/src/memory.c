#define _GNU_SOURCE
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

int rv_map_again(const void *data, size_t size, struct rv_mapping *mapping)
{
    size_t page = page_size();
    size_t before = (uintptr_t)data % page;
    size_t length = (before + size + page - 1) / page * page;
    /* If the old size is zero and the pages are shared, mremap makes a second mapping of the same pages (mremap(2)). */
    void *address = mremap((uint8_t *)(uintptr_t)data - before, 0, length, MREMAP_MAYMOVE);
    if (address == MAP_FAILED)
        return -errno;

    *mapping = (struct rv_mapping){.address = address, .length = length, .data = (uint8_t *)address + before, .dmabuf = -1};
    return 0;
}

int rv_map_fd(int fd, off_t offset, size_t size, int is_dmabuf, struct rv_mapping *mapping)
{
    off_t start = offset - offset % (off_t)page_size();
    size_t length = (size_t)(offset - start) + size;
    void *address = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, start);
    if (address == MAP_FAILED)
        return -errno;

    /* A descriptor of our own: the producer's is closed when the buffers change, and a reader may still have this memory then. */
    int kept = is_dmabuf ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    *mapping = (struct rv_mapping){.address = address, .length = length, .data = (uint8_t *)address + (offset - start), .dmabuf = kept};
    return 0;
}

int rv_map_fresh(size_t size, struct rv_mapping *mapping)
{
    void *address = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (address == MAP_FAILED)
        return -errno;

    *mapping = (struct rv_mapping){.address = address, .length = size, .data = address, .dmabuf = -1};
    return 0;
}

void rv_unmap(struct rv_mapping *mapping)
{
    if (mapping->address != NULL)
        munmap(mapping->address, mapping->length);
    if (mapping->dmabuf >= 0)
        close(mapping->dmabuf);
    *mapping = RV_NO_MAPPING;
}

void rv_mapping_sync(const struct rv_mapping *mapping, int begin)
{
    if (mapping->dmabuf < 0)
        return;

    struct dma_buf_sync sync = {.flags = DMA_BUF_SYNC_READ | (begin ? DMA_BUF_SYNC_START : DMA_BUF_SYNC_END)};
    while (ioctl(mapping->dmabuf, DMA_BUF_IOCTL_SYNC, &sync) < 0 && (errno == EINTR || errno == EAGAIN))
        ;
}
