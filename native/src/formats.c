#include "formats.h"

#include <errno.h>
#include <spa/param/audio/format-utils.h>
#include <spa/param/format-utils.h>
#include <spa/param/video/format-utils.h>
#include <spa/pod/iter.h>
#include <stdbool.h>

#define DEFAULT_SAMPLE_RATE 48000
#define DEFAULT_CHANNELS 2
#define LARGEST_SIDE 16384
#define HIGHEST_RATE 1000

static const struct {
    int32_t ours;
    uint32_t theirs;
} video_formats[] = {
    {RV_PW_YUY2, SPA_VIDEO_FORMAT_YUY2}, {RV_PW_UYVY, SPA_VIDEO_FORMAT_UYVY}, {RV_PW_RGB, SPA_VIDEO_FORMAT_RGB},
    {RV_PW_BGR, SPA_VIDEO_FORMAT_BGR},   {RV_PW_RGBX, SPA_VIDEO_FORMAT_RGBx}, {RV_PW_BGRX, SPA_VIDEO_FORMAT_BGRx},
    {RV_PW_RGBA, SPA_VIDEO_FORMAT_RGBA}, {RV_PW_BGRA, SPA_VIDEO_FORMAT_BGRA}, {RV_PW_I420, SPA_VIDEO_FORMAT_I420},
    {RV_PW_NV12, SPA_VIDEO_FORMAT_NV12}, {RV_PW_GRAY8, SPA_VIDEO_FORMAT_GRAY8},
}, audio_formats[] = {
    {RV_PW_S16, SPA_AUDIO_FORMAT_S16},
    {RV_PW_S32, SPA_AUDIO_FORMAT_S32},
    {RV_PW_F32, SPA_AUDIO_FORMAT_F32},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t to_theirs(int32_t media, int32_t format)
{
    for (size_t i = 0; media == RV_PW_VIDEO && i < COUNT(video_formats); i++)
        if (video_formats[i].ours == format)
            return video_formats[i].theirs;
    for (size_t i = 0; media == RV_PW_AUDIO && i < COUNT(audio_formats); i++)
        if (audio_formats[i].ours == format)
            return audio_formats[i].theirs;
    return 0;
}

static int32_t to_ours(int32_t media, uint32_t format)
{
    for (size_t i = 0; media == RV_PW_VIDEO && i < COUNT(video_formats); i++)
        if (video_formats[i].theirs == format)
            return video_formats[i].ours;
    for (size_t i = 0; media == RV_PW_AUDIO && i < COUNT(audio_formats); i++)
        if (audio_formats[i].theirs == format)
            return audio_formats[i].ours;
    return RV_PW_FORMAT_UNKNOWN;
}

uint32_t rv_formats_sample_bytes(int32_t format)
{
    return format == RV_PW_S16 ? 2 : format == RV_PW_S32 || format == RV_PW_F32 ? 4 : 0;
}

/* Adds the formats as a choice: the preferred one, then all of them. */
static bool add_formats(struct spa_pod_builder *builder, const struct rv_pw_stream_params *params)
{
    struct spa_pod_frame frame;
    int count = 0;
    spa_pod_builder_prop(builder, params->media == RV_PW_VIDEO ? SPA_FORMAT_VIDEO_format : SPA_FORMAT_AUDIO_format, 0);
    spa_pod_builder_push_choice(builder, &frame, SPA_CHOICE_Enum, 0);
    for (int32_t i = 0; i < params->format_count && i < RV_PW_MAX_FORMATS; i++) {
        uint32_t format = to_theirs(params->media, params->formats[i]);
        if (format == 0)
            continue;

        if (count++ == 0)
            spa_pod_builder_id(builder, format);
        spa_pod_builder_id(builder, format);
    }

    spa_pod_builder_pop(builder, &frame);
    return count > 0;
}

static void add_video(struct spa_pod_builder *builder, const struct rv_pw_stream_params *params)
{
    struct spa_rectangle size = SPA_RECTANGLE((uint32_t)params->width, (uint32_t)params->height);
    if (params->width <= 0 || params->height <= 0)
        size = SPA_RECTANGLE(640, 480);
    struct spa_rectangle smallest = params->exact_size ? size : SPA_RECTANGLE(1, 1);
    struct spa_rectangle largest = params->exact_size ? size : SPA_RECTANGLE(LARGEST_SIDE, LARGEST_SIDE);
    struct spa_fraction rate = SPA_FRACTION(params->frame_rate.num, params->frame_rate.den);
    if (rate.denom == 0)
        rate = SPA_FRACTION(25, 1);
    struct spa_fraction slowest = params->exact_rate ? rate : SPA_FRACTION(0, 1);
    struct spa_fraction fastest = params->exact_rate ? rate : SPA_FRACTION(HIGHEST_RATE, 1);
    spa_pod_builder_add(builder,
                        SPA_FORMAT_VIDEO_size, SPA_POD_CHOICE_RANGE_Rectangle(&size, &smallest, &largest),
                        SPA_FORMAT_VIDEO_framerate, SPA_POD_CHOICE_RANGE_Fraction(&rate, &slowest, &fastest), 0);

    struct spa_fraction most = SPA_FRACTION(params->max_frame_rate.num, params->max_frame_rate.den), none = SPA_FRACTION(0, 1);
    if (most.denom != 0)
        spa_pod_builder_add(builder, SPA_FORMAT_VIDEO_maxFramerate, SPA_POD_CHOICE_RANGE_Fraction(&most, &none, &most), 0);
}

static void add_audio(struct spa_pod_builder *builder, const struct rv_pw_stream_params *params)
{
    int32_t channels = params->channels > 0 ? params->channels : DEFAULT_CHANNELS;
    spa_pod_builder_add(builder,
                        SPA_FORMAT_AUDIO_rate, SPA_POD_Int(params->sample_rate > 0 ? params->sample_rate : DEFAULT_SAMPLE_RATE),
                        SPA_FORMAT_AUDIO_channels, SPA_POD_Int(channels), 0);
    uint32_t mono[] = {SPA_AUDIO_CHANNEL_MONO}, stereo[] = {SPA_AUDIO_CHANNEL_FL, SPA_AUDIO_CHANNEL_FR};
    if (channels <= 2)
        spa_pod_builder_add(builder, SPA_FORMAT_AUDIO_position,
                            SPA_POD_Array(sizeof(uint32_t), SPA_TYPE_Id, channels, channels == 1 ? mono : stereo), 0);
}

const struct spa_pod *rv_formats_offer(struct spa_pod_builder *builder, const struct rv_pw_stream_params *params)
{
    struct spa_pod_frame frame;
    bool is_video = params->media == RV_PW_VIDEO;
    spa_pod_builder_push_object(builder, &frame, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat);
    spa_pod_builder_add(builder,
                        SPA_FORMAT_mediaType, SPA_POD_Id(is_video ? SPA_MEDIA_TYPE_video : SPA_MEDIA_TYPE_audio),
                        SPA_FORMAT_mediaSubtype, SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw), 0);
    if (!add_formats(builder, params))
        return NULL;

    if (is_video)
        add_video(builder, params);
    else
        add_audio(builder, params);
    return spa_pod_builder_pop(builder, &frame);
}

int rv_formats_parse(const struct spa_pod *pod, struct rv_pw_format_info *format)
{
    uint32_t type, subtype;
    *format = (struct rv_pw_format_info){0};
    if (spa_format_parse(pod, &type, &subtype) < 0 || subtype != SPA_MEDIA_SUBTYPE_raw)
        return -ENOTSUP;

    if (type == SPA_MEDIA_TYPE_video) {
        struct spa_video_info_raw raw = {0};
        if (spa_format_video_raw_parse(pod, &raw) < 0)
            return -ENOTSUP;

        format->media = RV_PW_VIDEO;
        format->format = to_ours(RV_PW_VIDEO, raw.format);
        format->width = (int32_t)raw.size.width;
        format->height = (int32_t)raw.size.height;
        format->frame_rate = (struct rv_pw_rational){raw.framerate.num, raw.framerate.denom == 0 ? 1 : raw.framerate.denom};
        format->interlaced = raw.interlace_mode != SPA_VIDEO_INTERLACE_MODE_PROGRESSIVE;
    } else if (type == SPA_MEDIA_TYPE_audio) {
        struct spa_audio_info_raw raw = {0};
        if (spa_format_audio_raw_parse(pod, &raw) < 0)
            return -ENOTSUP;

        format->media = RV_PW_AUDIO;
        format->format = to_ours(RV_PW_AUDIO, raw.format);
        format->sample_rate = (int32_t)raw.rate;
        format->channels = (int32_t)raw.channels;
    }

    return format->format == RV_PW_FORMAT_UNKNOWN ? -ENOTSUP : 0;
}

/* Returns the values of a property, the preferred one first; a plain value is a choice of one. */
static const void *values_of(const struct spa_pod *pod, uint32_t key, uint32_t type, uint32_t *count, uint32_t *choice)
{
    const struct spa_pod_prop *property = spa_pod_find_prop(pod, NULL, key);
    *count = 0;
    if (property == NULL)
        return NULL;

    struct spa_pod *values = spa_pod_get_values(&property->value, count, choice);
    if (values == NULL || values->type != type || *count == 0) {
        *count = 0;
        return NULL;
    }

    return SPA_POD_BODY_CONST(values);
}

static void range_of(const struct spa_pod *pod, uint32_t key, int32_t *least, int32_t *most)
{
    uint32_t count, choice;
    const int32_t *values = values_of(pod, key, SPA_TYPE_Int, &count, &choice);
    *least = *most = count > 0 ? values[0] : 0;
    for (uint32_t i = 1; i < count && (choice == SPA_CHOICE_Range || choice == SPA_CHOICE_Enum || i < 3); i++) {
        *least = values[i] < *least ? values[i] : *least;
        *most = values[i] > *most ? values[i] : *most;
    }
}

int rv_formats_capabilities(const struct spa_pod *pod, struct rv_pw_capability *capabilities, int capacity)
{
    uint32_t type, subtype, count, choice, sizes, rates;
    if (spa_format_parse(pod, &type, &subtype) < 0 || subtype != SPA_MEDIA_SUBTYPE_raw)
        return 0;

    bool is_video = type == SPA_MEDIA_TYPE_video;
    const uint32_t *formats = values_of(pod, is_video ? SPA_FORMAT_VIDEO_format : SPA_FORMAT_AUDIO_format, SPA_TYPE_Id, &count, &choice);
    const struct spa_rectangle *size = values_of(pod, SPA_FORMAT_VIDEO_size, SPA_TYPE_Rectangle, &sizes, &choice);
    const struct spa_fraction *rate = values_of(pod, SPA_FORMAT_VIDEO_framerate, SPA_TYPE_Fraction, &rates, &choice);
    int found = 0;
    for (uint32_t i = 0; i < count && found < capacity; i++) {
        struct rv_pw_capability capability = {.media = is_video ? RV_PW_VIDEO : RV_PW_AUDIO};
        capability.format = to_ours(capability.media, formats[i]);

        /* The first value is the preferred one; an enumeration lists it again. */
        bool is_repeated = capability.format == RV_PW_FORMAT_UNKNOWN;
        for (int j = 0; j < found; j++)
            is_repeated |= capabilities[j].format == capability.format;
        if (is_repeated)
            continue;

        if (is_video) {
            capability.width = size != NULL ? (int32_t)size->width : 0;
            capability.height = size != NULL ? (int32_t)size->height : 0;
            capability.frame_rate = (struct rv_pw_rational){rate != NULL ? rate->num : 0, rate != NULL ? rate->denom : 1};
        } else {
            range_of(pod, SPA_FORMAT_AUDIO_rate, &capability.min_rate, &capability.max_rate);
            range_of(pod, SPA_FORMAT_AUDIO_channels, &capability.min_channels, &capability.max_channels);
        }

        capabilities[found++] = capability;
    }

    return found;
}
