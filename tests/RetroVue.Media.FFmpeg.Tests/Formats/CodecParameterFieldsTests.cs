using System.Reflection;
using System.Runtime.InteropServices;
using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Tests.Formats;

/// <summary>Every field of AVCodecParameters goes through <see cref="EncodedFormat"/> and comes back unchanged.</summary>
public sealed unsafe class CodecParameterFieldsTests
{
    private const uint Hvc1 = 0x31637668;

    // The values to which each field is set. Pointers, and the fields that belong to them, have tests of their own.
    private static readonly Dictionary<string, Field[]> s_video = new(StringComparer.Ordinal)
    {
        ["codec_tag"] = [new(p => p->codec_tag = Hvc1), new(p => p->codec_tag = 0x10000001)],
        ["bit_rate"] = [new(p => p->bit_rate = 9_000_000_000)],
        ["bits_per_coded_sample"] = [new(p => p->bits_per_coded_sample = 24)],
        ["bits_per_raw_sample"] = [new(p => p->bits_per_raw_sample = 10)],
        ["profile"] = [new(p => p->profile = 2), new(p => p->profile = 77), new(p => p->profile = 0), new(p => p->profile = AV_PROFILE_UNKNOWN)],
        ["level"] = [new(p => p->level = 123), new(p => p->level = 0), new(p => p->level = -99)],
        ["width"] = [new(p => p->width = 1918)],
        ["height"] = [new(p => p->height = 1082)],
        ["block_align"] = [new(p => p->block_align = 8)],
        ["format"] =
        [
            .. new[] { "yuv422p10le", "yuvj420p", "gbrp12le", "pal8", "monow", "yuva444p16le", "nv12" }.Select(name => new Field(p => p->format = PixelFormat(name))),
            new(p => p->format = -1),
        ],
        ["sample_aspect_ratio"] = [new(p => p->sample_aspect_ratio = Ratio(128, 117)), new(p => p->sample_aspect_ratio = Ratio(1, 1)), new(p => p->sample_aspect_ratio = Ratio(0, 1))],
        ["field_order"] = [.. Enumerable.Range(0, 6).Select(order => new Field(p => p->field_order = (AVFieldOrder)order))],
        ["color_range"] = [.. Enumerable.Range(0, 3).Select(range => new Field(p => p->color_range = (AVColorRange)range))],
        ["color_primaries"] = [.. new[] { 1, 2, 9, 12, 22 }.Select(value => new Field(p => p->color_primaries = (AVColorPrimaries)value))],
        ["color_trc"] = [.. new[] { 1, 2, 8, 16, 18 }.Select(value => new Field(p => p->color_trc = (AVColorTransferCharacteristic)value))],
        ["color_space"] = [.. new[] { 0, 1, 2, 9, 14 }.Select(value => new Field(p => p->color_space = (AVColorSpace)value))],
        ["chroma_location"] = [.. Enumerable.Range(0, 7).Select(place => new Field(p => p->chroma_location = (AVChromaLocation)place))],
        ["video_delay"] = [new(p => p->video_delay = 3)],
    };

    private static readonly Dictionary<string, Field[]> s_audio = new(StringComparer.Ordinal)
    {
        ["codec_tag"] = [new(p => p->codec_tag = 0x161)],
        ["bit_rate"] = [new(p => p->bit_rate = 64_000)],
        ["bits_per_coded_sample"] = [new(p => p->bits_per_coded_sample = 4)],
        ["bits_per_raw_sample"] = [new(p => p->bits_per_raw_sample = 20)],
        ["profile"] = [new(p => p->profile = 4), new(p => p->profile = 28), new(p => p->profile = 1234)],
        ["level"] = [new(p => p->level = 3)],
        ["format"] =
        [
            .. new[] { "s32p", "dbl", "u8p", "s64", "fltp" }.Select(name => new Field(p => p->format = SampleFormat(name))),
            new(p => p->format = -1),
        ],
        ["sample_rate"] = [new(p => p->sample_rate = 11_025)],
        ["block_align"] = [new(p => p->block_align = 2230)],
        ["frame_size"] = [new(p => p->frame_size = 1536)],
        ["initial_padding"] = [new(p => p->initial_padding = 2112)],
        ["trailing_padding"] = [new(p => p->trailing_padding = 700)],
        ["seek_preroll"] = [new(p => p->seek_preroll = 3840)],
        ["ch_layout"] =
        [
            .. new[] { "mono", "stereo", "5.1(side)", "7.1", "hexagonal", "downmix", "1 channels", "2 channels", "6 channels", "FL+LFE", "ambisonic 1" }
                .Select(name => new Field(p => SetLayout(p, name))),
        ],
    };

    private delegate void Setter(AVCodecParameters* parameters);

    [Test]
    public void Every_field_of_pictures_comes_back() => TryAll("hevc", s_video);

    [Test]
    public void Every_field_of_sound_comes_back() => TryAll("aac", s_audio);

    [Test]
    public void Every_bound_field_is_in_the_tables()
    {
        string[] elsewhere = ["codec_type", "codec_id", "extradata", "extradata_size", "framerate", "coded_side_data", "nb_coded_side_data"];
        var bound = typeof(AVCodecParameters).GetProperties(BindingFlags.Instance | BindingFlags.Public).Select(property => property.Name);
        Assert.That(bound.Except(elsewhere, StringComparer.Ordinal), Is.EquivalentTo(s_video.Keys.Union(s_audio.Keys, StringComparer.Ordinal)));
    }

    [Test]
    public void Parameter_sets_come_back_byte_by_byte_and_empty_ones_stay_empty()
    {
        byte[] sets = [1, 2, 3, 0, 255];
        foreach (byte[] bytes in new[] { sets, [] })
        {
            var format = new EncodedFormat("h264", MediaKind.Video) { ParameterSets = bytes, Video = new VideoFormat(RetroVue.Media.Formats.PixelFormat.Yuv420P, 16, 16, new Rational(25, 1)) };
            using var handle = new CodecParametersHandle();
            CodecParameters.Write(format, handle.Pointer);
            Assert.That(new ReadOnlySpan<byte>(handle.Pointer->extradata, handle.Pointer->extradata_size).ToArray(), Is.EqualTo(bytes));
            Assert.That(CodecParameters.Read(handle.Pointer).ParameterSets.ToArray(), Is.EqualTo(bytes));
        }
    }

    private static void TryAll(string codec, Dictionary<string, Field[]> fields)
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var (name, values) in fields)
            {
                for (var i = 0; i < values.Length; i++)
                {
                    TryOne(codec, $"{name} value {i}", values[i].Set);
                }
            }

            TryOne(codec, "all at once", parameters =>
            {
                foreach (var values in fields.Values)
                {
                    values[0].Set(parameters);
                }
            });
        }
    }

    private static void TryOne(string codec, string what, Setter set)
    {
        using CodecParametersHandle before = new(), after = new();
        using var name = new NativeText(codec);
        var descriptor = avcodec_descriptor_get_by_name(name);
        (before.Pointer->codec_type, before.Pointer->codec_id) = (descriptor->type, descriptor->id);
        if (descriptor->type == AVMediaType.AVMEDIA_TYPE_VIDEO)
        {
            // The fields that every stream of pictures has. The unspecified fields keep libavcodec's defaults.
            (before.Pointer->width, before.Pointer->height, before.Pointer->format) = (64, 48, PixelFormat("yuv420p"));
        }
        else
        {
            (before.Pointer->sample_rate, before.Pointer->format) = (48_000, SampleFormat("fltp"));
            SetLayout(before.Pointer, "stereo");
        }

        set(before.Pointer);
        var format = CodecParameters.Read(before.Pointer);
        CodecParameters.Write(format, after.Pointer);
        Assert.That(Describe(after.Pointer), Is.EqualTo(Describe(before.Pointer)), what);
        Assert.That(CodecParameters.Read(after.Pointer), Is.EqualTo(format), what);
    }

    private static string Describe(AVCodecParameters* p)
    {
        var text = stackalloc byte[128];
        fixed (AVChannelLayout* layout = &p->ch_layout)
        {
            av_channel_layout_describe(layout, text, 128);
        }

        return $"""
            type {p->codec_type} id {p->codec_id} tag {p->codec_tag:x} format {p->format} rate {p->bit_rate} coded {p->bits_per_coded_sample}
            raw {p->bits_per_raw_sample} profile {p->profile} level {p->level} size {p->width}x{p->height}
            aspect {p->sample_aspect_ratio.num}:{p->sample_aspect_ratio.den} fields {p->field_order} colour {p->color_range} {p->color_primaries}
            {p->color_trc} {p->color_space} chroma {p->chroma_location} delay {p->video_delay} sampling {p->sample_rate} align {p->block_align}
            frame {p->frame_size} padding {p->initial_padding} {p->trailing_padding} preroll {p->seek_preroll}
            layout {p->ch_layout.order} {p->ch_layout.nb_channels} {Marshal.PtrToStringUTF8((nint)text)}
            """;
    }

    private static AVRational Ratio(int numerator, int denominator) => new() { num = numerator, den = denominator };

    private static int PixelFormat(string text)
    {
        using var name = new NativeText(text);
        return (int)av_get_pix_fmt(name);
    }

    private static int SampleFormat(string text)
    {
        using var name = new NativeText(text);
        return (int)av_get_sample_fmt(name);
    }

    private static void SetLayout(AVCodecParameters* parameters, string text)
    {
        using var name = new NativeText(text);
        fixed (AVChannelLayout* layout = &parameters->ch_layout)
        {
            av_channel_layout_uninit(layout);
            Assert.That(av_channel_layout_from_string(layout, name), Is.Zero, text);
        }
    }

    private sealed record Field(Setter Set);
}
