/* An offer contains the requested formats, and a negotiated format can be read back. */
#include "formats.h"

#include <errno.h>
#include <spa/param/audio/format-utils.h>
#include <spa/param/format-utils.h>
#include <spa/param/video/format-utils.h>
#include <string.h>

#include "check.h"

static uint8_t memory[4096];

static struct spa_pod_builder fresh(void)
{
    return SPA_POD_BUILDER_INIT(memory, sizeof(memory));
}

static void offer_lists_formats_with_the_favourite_first(void)
{
    struct spa_pod_builder builder = fresh();
    struct rv_pw_stream_params params = {
        .media = RV_PW_VIDEO, .format_count = 3, .formats = {RV_PW_NV12, RV_PW_F32, RV_PW_YUY2}, .width = 320, .height = 240,
        .frame_rate = {30000, 1001}, .exact_rate = 1};
    const struct spa_pod *pod = rv_formats_offer(&builder, &params);
    struct rv_pw_capability found[RV_PW_MAX_FORMATS];
    CHECK(pod != NULL);
    CHECK(rv_formats_capabilities(pod, found, RV_PW_MAX_FORMATS) == 2);
    CHECK(found[0].format == RV_PW_NV12 && found[1].format == RV_PW_YUY2);
    CHECK(found[0].width == 320 && found[0].height == 240);
    CHECK(found[0].frame_rate.num == 30000 && found[0].frame_rate.den == 1001);
}

static void offer_of_pictures_that_come_when_they_change_limits_their_rate(void)
{
    struct spa_pod_builder builder = fresh();
    struct rv_pw_stream_params params = {
        .media = RV_PW_VIDEO, .format_count = 1, .formats = {RV_PW_BGRX}, .max_frame_rate = {30, 1}};
    const struct spa_pod *pod = rv_formats_offer(&builder, &params);
    struct spa_fraction changing = {0, 1};
    uint32_t count, choice;
    const struct spa_pod_prop *property = spa_pod_find_prop(pod, NULL, SPA_FORMAT_VIDEO_framerate);
    const struct spa_fraction *rates = SPA_POD_BODY(spa_pod_get_values(&property->value, &count, &choice));
    CHECK(choice == SPA_CHOICE_Range && memcmp(&rates[1], &changing, sizeof(changing)) == 0);
    property = spa_pod_find_prop(pod, NULL, SPA_FORMAT_VIDEO_maxFramerate);
    rates = SPA_POD_BODY(spa_pod_get_values(&property->value, &count, &choice));
    CHECK(choice == SPA_CHOICE_Range && count == 3 && rates[2].num == 30 && rates[2].denom == 1);
}

static void offer_without_a_format_of_the_medium_is_none(void)
{
    struct spa_pod_builder builder = fresh();
    struct rv_pw_stream_params params = {.media = RV_PW_AUDIO, .format_count = 1, .formats = {RV_PW_RGB}};
    CHECK(rv_formats_offer(&builder, &params) == NULL);
}

static void offer_of_sound_has_rate_and_channels(void)
{
    struct spa_pod_builder builder = fresh();
    struct rv_pw_stream_params params = {
        .media = RV_PW_AUDIO, .format_count = 2, .formats = {RV_PW_S16, RV_PW_F32}, .sample_rate = 44100, .channels = 1};
    struct rv_pw_capability found[RV_PW_MAX_FORMATS];
    CHECK(rv_formats_capabilities(rv_formats_offer(&builder, &params), found, RV_PW_MAX_FORMATS) == 2);
    CHECK(found[0].format == RV_PW_S16 && found[0].min_rate == 44100 && found[0].max_rate == 44100);
    CHECK(found[0].min_channels == 1 && found[0].max_channels == 1);
}

static void negotiated_formats_are_read(void)
{
    struct spa_pod_builder builder = fresh();
    struct rv_pw_format_info format;
    struct spa_video_info_raw video = {
        .format = SPA_VIDEO_FORMAT_UYVY, .size = {640, 480}, .framerate = {50, 1}, .interlace_mode = SPA_VIDEO_INTERLACE_MODE_PROGRESSIVE};
    CHECK(rv_formats_parse(spa_format_video_raw_build(&builder, SPA_PARAM_Format, &video), &format) == 0);
    CHECK(format.media == RV_PW_VIDEO && format.format == RV_PW_UYVY && format.width == 640 && format.height == 480);
    CHECK(format.frame_rate.num == 50 && format.frame_rate.den == 1 && !format.interlaced);

    builder = fresh();
    struct spa_audio_info_raw audio = {.format = SPA_AUDIO_FORMAT_F32, .rate = 96000, .channels = 6};
    CHECK(rv_formats_parse(spa_format_audio_raw_build(&builder, SPA_PARAM_Format, &audio), &format) == 0);
    CHECK(format.media == RV_PW_AUDIO && format.format == RV_PW_F32 && format.sample_rate == 96000 && format.channels == 6);

    builder = fresh();
    audio.format = SPA_AUDIO_FORMAT_F64P;
    CHECK(rv_formats_parse(spa_format_audio_raw_build(&builder, SPA_PARAM_Format, &audio), &format) == -ENOTSUP);
}

static void ranges_are_told_by_their_ends(void)
{
    struct spa_pod_builder builder = fresh();
    const struct spa_pod *pod = spa_pod_builder_add_object(&builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat,
        SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_audio), SPA_FORMAT_mediaSubtype, SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw),
        SPA_FORMAT_AUDIO_format, SPA_POD_CHOICE_ENUM_Id(3, SPA_AUDIO_FORMAT_S32, SPA_AUDIO_FORMAT_S32, SPA_AUDIO_FORMAT_U8),
        SPA_FORMAT_AUDIO_rate, SPA_POD_CHOICE_RANGE_Int(48000, 8000, 192000),
        SPA_FORMAT_AUDIO_channels, SPA_POD_CHOICE_STEP_Int(2, 1, 8, 100));
    struct rv_pw_capability found[RV_PW_MAX_FORMATS];
    CHECK(rv_formats_capabilities(pod, found, RV_PW_MAX_FORMATS) == 1);
    CHECK(found[0].format == RV_PW_S32 && found[0].min_rate == 8000 && found[0].max_rate == 192000);
    CHECK(found[0].min_channels == 1 && found[0].max_channels == 8);
}

int main(void)
{
    offer_lists_formats_with_the_favourite_first();
    offer_of_pictures_that_come_when_they_change_limits_their_rate();
    offer_without_a_format_of_the_medium_is_none();
    offer_of_sound_has_rate_and_channels();
    negotiated_formats_are_read();
    ranges_are_told_by_their_ends();
    return 0;
}
