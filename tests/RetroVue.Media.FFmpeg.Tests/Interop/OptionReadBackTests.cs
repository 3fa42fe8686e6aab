using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVFormat;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Tests.Interop;

/// <summary>
/// FFmpeg's options write into the fields of its contexts at FFmpeg's own offsets. The test reads these values through our offsets.
/// </summary>
public sealed unsafe class OptionReadBackTests
{
    private delegate long CodecField(AVCodecContext* context);

    private delegate long FormatField(AVFormatContext* context);

    [OneTimeSetUp]
    public void Load() => FFmpegLoaderTests.LoadedFFmpegOrIgnore();

    private static TestCaseData[] CodecFields() =>
    [
        Codec("b", "1234567", 1234567, c => c->bit_rate),
        Codec("global_quality", "31", 31, c => c->global_quality),
        Codec("flags", "+bitexact", AV_CODEC_FLAG_BITEXACT, c => c->flags),
        Codec("flags2", "showall", AV_CODEC_FLAG2_SHOW_ALL, c => c->flags2),
        Codec("time_base", "7/90001", 90001, c => c->time_base.den),
        Codec("g", "77", 77, c => c->gop_size),
        Codec("ar", "44100", 44100, c => c->sample_rate),
        Codec("bf", "5", 5, c => c->max_b_frames),
        Codec("keyint_min", "13", 13, c => c->keyint_min),
        Codec("refs", "3", 3, c => c->refs),
        Codec("qmin", "4", 4, c => c->qmin),
        Codec("qmax", "28", 28, c => c->qmax),
        Codec("bufsize", "765432", 765432, c => c->rc_buffer_size),
        Codec("maxrate", "2345678", 2345678, c => c->rc_max_rate),
        Codec("minrate", "345678", 345678, c => c->rc_min_rate),
        Codec("rc_init_occupancy", "4321", 4321, c => c->rc_initial_buffer_occupancy),
        Codec("strict", "experimental", FF_COMPLIANCE_EXPERIMENTAL, c => c->strict_std_compliance),
        Codec("threads", "3", 3, c => c->thread_count),
        Codec("thread_type", "slice", FF_THREAD_SLICE, c => c->thread_type),
        Codec("slices", "6", 6, c => c->slices),
        Codec("lowres", "1", 1, c => c->lowres),
        Codec("level", "41", 41, c => c->level),
        Codec("bits_per_coded_sample", "24", 24, c => c->bits_per_coded_sample),
        Codec("bits_per_raw_sample", "10", 10, c => c->bits_per_raw_sample),
        Codec("skip_frame", "nokey", (long)AVDiscard.AVDISCARD_NONKEY, c => (long)c->skip_frame),
        Codec("skip_loop_filter", "all", (long)AVDiscard.AVDISCARD_ALL, c => (long)c->skip_loop_filter),
        Codec("request_sample_fmt", "fltp", (long)AVSampleFormat.AV_SAMPLE_FMT_FLTP, c => (long)c->request_sample_fmt),
        Codec("pkt_timebase", "1/48000", 48000, c => c->pkt_timebase.den),
        Codec("field_order", "tt", (long)AVFieldOrder.AV_FIELD_TT, c => (long)c->field_order),
        Codec("color_primaries", "bt470bg", (long)AVColorPrimaries.AVCOL_PRI_BT470BG, c => (long)c->color_primaries),
        Codec("color_trc", "smpte2084", (long)AVColorTransferCharacteristic.AVCOL_TRC_SMPTE2084, c => (long)c->color_trc),
        Codec("colorspace", "smpte170m", (long)AVColorSpace.AVCOL_SPC_SMPTE170M, c => (long)c->colorspace),
        Codec("color_range", "pc", (long)AVColorRange.AVCOL_RANGE_JPEG, c => (long)c->color_range),
        Codec("chroma_sample_location", "center", (long)AVChromaLocation.AVCHROMA_LOC_CENTER, c => (long)c->chroma_sample_location),
        Codec("apply_cropping", "0", 0, c => c->apply_cropping),
        Codec("err_detect", "explode", 8, c => c->err_recognition),
    ];

    [TestCaseSource(nameof(CodecFields))]
    public void CodecContext_field_is_where_FFmpeg_writes_it(string option, string value, long expected, Delegate read)
    {
        using var context = new CodecContextHandle(null);
        Set(context.Pointer, option, value);
        Assert.That(((CodecField)read)(context.Pointer), Is.EqualTo(expected));
    }

    private static TestCaseData[] FormatFields() =>
    [
        Format("probesize", "123456", 123456, f => f->probesize),
        Format("analyzeduration", "7654321", 7654321, f => f->max_analyze_duration),
        Format("fflags", "nobuffer", AVFMT_FLAG_NOBUFFER, f => f->flags),
        Format("max_interleave_delta", "987654", 987654, f => f->max_interleave_delta),
        Format("strict", "experimental", FF_COMPLIANCE_EXPERIMENTAL, f => f->strict_std_compliance),
        Format("max_ts_probe", "33", 33, f => f->max_ts_probe),
        Format("avoid_negative_ts", "make_zero", AVFMT_AVOID_NEG_TS_MAKE_ZERO, f => f->avoid_negative_ts),
        Format("use_wallclock_as_timestamps", "1", 1, f => f->use_wallclock_as_timestamps),
        Format("correct_ts_overflow", "0", 0, f => f->correct_ts_overflow),
        Format("flush_packets", "1", 1, f => f->flush_packets),
    ];

    [TestCaseSource(nameof(FormatFields))]
    public void FormatContext_field_is_where_FFmpeg_writes_it(string option, string value, long expected, Delegate read)
    {
        using var context = new InputFormatHandle(avformat_alloc_context());
        Set(context.Pointer, option, value);
        Assert.That(((FormatField)read)(context.Pointer), Is.EqualTo(expected));
    }

    [Test]
    public void Enums_of_formats_and_codecs_are_what_FFmpeg_calls_them()
    {
        foreach (var format in Enum.GetValues<AVPixelFormat>().Where(format => format != AVPixelFormat.AV_PIX_FMT_NONE))
        {
            using var name = new NativeText(format.ToString()["AV_PIX_FMT_".Length..].ToLowerInvariant());
            Assert.That(av_get_pix_fmt(name), Is.EqualTo(format));
        }

        foreach (var format in Enum.GetValues<AVSampleFormat>().Where(format => format != AVSampleFormat.AV_SAMPLE_FMT_NONE))
        {
            using var name = new NativeText(format.ToString()["AV_SAMPLE_FMT_".Length..].ToLowerInvariant());
            Assert.That(av_get_sample_fmt(name), Is.EqualTo(format));
        }

        foreach (var codec in Enum.GetValues<AVCodecID>().Where(codec => codec != AVCodecID.AV_CODEC_ID_NONE))
        {
            Assert.That(NativeText.Read(avcodec_get_name(codec)), Is.EqualTo(codec.ToString()["AV_CODEC_ID_".Length..].ToLowerInvariant()));
        }
    }

    private static void Set(void* context, string option, string value)
    {
        using NativeText name = new(option), text = new(value);
        av_opt_set(context, name, text, 0).ThrowIfError($"Setting {option} to {value}");
    }

    private static TestCaseData Codec(string option, string value, long expected, CodecField read) =>
        new TestCaseData(option, value, expected, read).SetArgDisplayNames(option);

    private static TestCaseData Format(string option, string value, long expected, FormatField read) =>
        new TestCaseData(option, value, expected, read).SetArgDisplayNames(option);
}
