/* Converts between this library's formats and PipeWire's. */
#ifndef RV_FORMATS_H
#define RV_FORMATS_H

#include <spa/pod/builder.h>

#include "retrovue_pipewire.h"

/* Returns the format object to offer, in the builder's memory; null if it does not fit, or names no format of the medium. */
const struct spa_pod *rv_formats_offer(struct spa_pod_builder *builder, const struct rv_pw_stream_params *params);

/* Reads a negotiated format; returns -ENOTSUP if this library has no name for it. */
int rv_formats_parse(const struct spa_pod *pod, struct rv_pw_format_info *format);

/* Returns the bytes of one sample of one channel; 0 if the format is not sound. */
uint32_t rv_formats_sample_bytes(int32_t format);

/* Lists the formats of this library that a node's offer contains, at most capacity, and returns their number. */
int rv_formats_capabilities(const struct spa_pod *pod, struct rv_pw_capability *capabilities, int capacity);

#endif
