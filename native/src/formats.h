/* Between this library's formats and PipeWire's. */
#ifndef RV_FORMATS_H
#define RV_FORMATS_H

#include <spa/pod/builder.h>

#include "retrovue_pipewire.h"

/* The format object to offer, in the builder's memory; null where it does not fit or names no format of the medium. */
const struct spa_pod *rv_formats_offer(struct spa_pod_builder *builder, const struct rv_pw_stream_params *params);

/* What was negotiated; -ENOTSUP for what this library has no name for. */
int rv_formats_parse(const struct spa_pod *pod, struct rv_pw_format_info *format);

/* Bytes of one sample of one channel; 0 for what is no sound. */
uint32_t rv_formats_sample_bytes(int32_t format);

/* The formats of this library's that an offer of a node's comprises, at most so many; how many. */
int rv_formats_capabilities(const struct spa_pod *pod, struct rv_pw_capability *capabilities, int capacity);

#endif
