using System.Buffers.Binary;
using System.Text;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVFilter;
using static RetroVue.Media.FFmpeg.Interop.LibAVFormat;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Tests.Interop;

/// <summary>
/// A source of pictures, an encoder, a file, a demuxer and a decoder, connected by the bindings alone. One side of FFmpeg reads what the
/// other side wrote, and every field passes through our offsets.
/// </summary>
[NonParallelizable]
public sealed unsafe class MediaRoundTripTests
{
    private const int Width = 176;
    private const int Height = 120;
    private const int Frames = 26;
    private static readonly Rational s_rate = new(30000, 1001);

    private string _file = "";

    [OneTimeSetUp]
    public void WriteFile()
    {
        FFmpegLoaderTests.LoadedFFmpegOrIgnore();
        _file = Path.Combine(Path.GetTempPath(), $"rv-{Guid.NewGuid():N}.mp4");
        Write(_file);
    }

    [OneTimeTearDown]
    public void DeleteFile() => File.Delete(_file);

    [Test]
    public void Demuxer_stream_fields_are_what_the_muxer_was_given()
    {
        using var input = Open(_file);
        var context = input.Pointer;
        Assert.That(context->nb_streams, Is.EqualTo(1));
        Assert.That(NativeText.Read(context->iformat->name), Does.Contain("mp4"));
        Assert.That(NativeText.Read(context->url), Is.EqualTo(_file));
        Assert.That(FFmpegDictionary.Read(context->metadata), Does.Contain(KeyValuePair.Create("title", "Round trip")));

        // The unit is a microsecond, but the value comes from a movie header in milliseconds. So a millisecond of rounding is allowed.
        Assert.That(context->duration, Is.EqualTo(Frames * 1001 * 1_000_000L / 30000).Within(1000));

        var stream = context->streams[0];
        var codec = stream->codecpar;
        Assert.That(stream->index, Is.Zero);
        Assert.That(stream->time_base.ToRational(), Is.EqualTo(new Rational(1, 30000)));
        Assert.That(stream->avg_frame_rate.ToRational(), Is.EqualTo(s_rate));
        Assert.That(stream->r_frame_rate.ToRational(), Is.EqualTo(s_rate));
        Assert.That(stream->start_time, Is.Zero);
        Assert.That(stream->duration, Is.EqualTo(Frames * 1001));
        Assert.That(stream->nb_frames, Is.EqualTo(Frames));
        Assert.That(stream->sample_aspect_ratio.ToRational(), Is.EqualTo(new Rational(12, 11)));
        Assert.That(stream->disposition & AV_DISPOSITION_DEFAULT, Is.Not.Zero);
        Assert.That(stream->pts_wrap_bits, Is.EqualTo(64));
        Assert.That(codec->codec_type, Is.EqualTo(AVMediaType.AVMEDIA_TYPE_VIDEO));
        Assert.That(NativeText.Read(avcodec_get_name(codec->codec_id)), Is.EqualTo("mpeg4"));
        Assert.That((codec->width, codec->height), Is.EqualTo((Width, Height)));
        Assert.That(codec->format, Is.EqualTo((int)AVPixelFormat.AV_PIX_FMT_YUV420P));
        Assert.That(codec->sample_aspect_ratio.ToRational(), Is.EqualTo(new Rational(12, 11)));
        Assert.That(codec->bit_rate, Is.Positive);
        Assert.That(codec->extradata_size, Is.Positive);
        Assert.That(codec->color_space, Is.EqualTo(AVColorSpace.AVCOL_SPC_SMPTE170M));
        Assert.That(codec->color_primaries, Is.EqualTo(AVColorPrimaries.AVCOL_PRI_SMPTE170M));
        Assert.That(codec->color_trc, Is.EqualTo(AVColorTransferCharacteristic.AVCOL_TRC_SMPTE170M));
    }

    [Test]
    public void Decoder_frames_are_those_that_were_drawn()
    {
        using var input = Open(_file);
        var stream = input.Pointer->streams[0];
        var decoderCodec = avcodec_find_decoder(stream->codecpar->codec_id);
        using var decoder = new CodecContextHandle(decoderCodec);
        avcodec_parameters_to_context(decoder.Pointer, stream->codecpar).ThrowIfError("Copying parameters");
        decoder.Pointer->pkt_timebase = stream->time_base;
        avcodec_open2(decoder.Pointer, decoderCodec, null).ThrowIfError("Opening the decoder");

        using var packet = new PacketHandle();
        using var frame = new FrameHandle();
        var decoded = 0;
        var keys = 0;
        while (true)
        {
            var read = av_read_frame(input.Pointer, packet.Pointer);
            _ = avcodec_send_packet(decoder.Pointer, read < 0 ? null : packet.Pointer).ThrowIfError("Decoding");
            av_packet_unref(packet.Pointer);
            int received;
            while ((received = avcodec_receive_frame(decoder.Pointer, frame.Pointer)) >= 0)
            {
                var picture = frame.Pointer;
                Assert.That((picture->width, picture->height), Is.EqualTo((Width, Height)));
                Assert.That(picture->format, Is.EqualTo((int)AVPixelFormat.AV_PIX_FMT_YUV420P));
                Assert.That(picture->linesize[0], Is.GreaterThanOrEqualTo(Width));
                Assert.That(picture->best_effort_timestamp, Is.EqualTo(decoded * 1001L));
                Assert.That(picture->pts, Is.EqualTo(decoded * 1001L));
                Assert.That(picture->Duration, Is.EqualTo(1001));
                Assert.That(picture->IsInterlaced, Is.False);
                Assert.That((nint)picture->buf[0], Is.Not.Zero);
                Assert.That(picture->sample_aspect_ratio.ToRational(), Is.EqualTo(new Rational(12, 11)));
                Assert.That(picture->IsKey, Is.EqualTo(picture->pict_type == AVPictureType.AV_PICTURE_TYPE_I));
                keys += picture->IsKey ? 1 : 0;

                // The source draws one grey. Quantisation may change it a little.
                Assert.That(picture->data[0][0], Is.EqualTo(126).Within(4));
                decoded++;
                av_frame_unref(picture);
            }

            if (received == AVERROR_EOF)
            {
                break;
            }

            Assert.That(received, Is.EqualTo(AVERROR_EAGAIN));
        }

        Assert.That(decoded, Is.EqualTo(Frames));
        Assert.That(keys, Is.EqualTo((Frames + 11) / 12), "A key frame every 12 frames.");
    }

    [Test]
    public void SideData_of_the_stream_is_found_wherever_the_release_keeps_it()
    {
        // A track header with a rotation by half a circle: its matrix has -1 (16.16 fixed point) twice on its diagonal, ISO 14496-12
        // section 8.3.2.
        var bytes = File.ReadAllBytes(_file);
        var matrix = bytes.AsSpan(bytes.AsSpan().IndexOf("tkhd"u8) + 44, 36);
        Assert.That(BinaryPrimitives.ReadInt32BigEndian(matrix), Is.EqualTo(1 << 16));
        BinaryPrimitives.WriteInt32BigEndian(matrix, -1 << 16);
        BinaryPrimitives.WriteInt32BigEndian(matrix[16..], -1 << 16);
        var turned = _file + ".turned.mp4";
        File.WriteAllBytes(turned, bytes);
        try
        {
            using var input = Open(turned);
            var item = input.Pointer->streams[0]->SideData.ToManaged().Single();
            Assert.That(item.Kind, Is.EqualTo(StreamSideDataKind.DisplayMatrix));
            Assert.That(item.Data.Length, Is.EqualTo(36));
            Assert.That(BinaryPrimitives.ReadInt32LittleEndian(item.Data.Span), Is.EqualTo(-1 << 16));
        }
        finally
        {
            File.Delete(turned);
        }

        using var straight = Open(_file);
        Assert.That(straight.Pointer->streams[0]->SideData.IsEmpty, Is.True);
    }

    private static InputFormatHandle Open(string file)
    {
        using var url = new NativeText(file);
        AVFormatContext* context = null;
        avformat_open_input(&context, url, null, null).ThrowIfError($"Opening {file}");
        var input = new InputFormatHandle(context);
        avformat_find_stream_info(context, null).ThrowIfError($"Probing {file}");
        return input;
    }

    private static void Write(string file)
    {
        using var graph = new FilterGraphHandle();
        var sink = Source(graph.Pointer);

        AVCodec* codec;
        fixed (byte* name = "mpeg4"u8)
        {
            codec = avcodec_find_encoder_by_name(name);
        }

        AVFormatContext* context = null;
        using var url = new NativeText(file);
        avformat_alloc_output_context2(&context, null, null, url).ThrowIfError("Allocating the muxer");
        using var output = new OutputFormatHandle(context);
        FFmpegDictionary.Set(Address(ref context->metadata), "title", "Round trip");

        using var encoder = new CodecContextHandle(codec);
        var encoding = encoder.Pointer;
        encoding->width = av_buffersink_get_w(sink);
        encoding->height = av_buffersink_get_h(sink);
        encoding->pix_fmt = (AVPixelFormat)av_buffersink_get_format(sink);
        encoding->time_base = av_buffersink_get_time_base(sink);
        encoding->framerate = av_buffersink_get_frame_rate(sink);
        encoding->sample_aspect_ratio = av_buffersink_get_sample_aspect_ratio(sink);
        encoding->gop_size = 12;
        encoding->max_b_frames = 2;
        encoding->color_primaries = AVColorPrimaries.AVCOL_PRI_SMPTE170M;
        encoding->color_trc = AVColorTransferCharacteristic.AVCOL_TRC_SMPTE170M;
        encoding->colorspace = AVColorSpace.AVCOL_SPC_SMPTE170M;
        encoding->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
        avcodec_open2(encoding, codec, null).ThrowIfError("Opening the encoder");

        var stream = avformat_new_stream(context, null);
        avcodec_parameters_from_context(stream->codecpar, encoding).ThrowIfError("Describing the stream");
        stream->time_base = encoding->time_base;
        stream->avg_frame_rate = encoding->framerate;
        stream->sample_aspect_ratio = encoding->sample_aspect_ratio;
        avio_open2(Address(ref context->pb), url, AVIO_FLAG_WRITE, null, null).ThrowIfError("Opening the file");
        AVDictionary* options = null;
        FFmpegDictionary.Set(&options, "movflags", "+write_colr");
        avformat_write_header(context, &options).ThrowIfError("Writing the header");
        av_dict_free(&options);

        using var frame = new FrameHandle();
        using var packet = new PacketHandle();
        for (var n = 0; n <= Frames; n++)
        {
            if (n < Frames)
            {
                av_buffersink_get_frame(sink, frame.Pointer).ThrowIfError("Drawing");
                Assert.That((frame.Pointer->pts, frame.Pointer->width, frame.Pointer->height), Is.EqualTo(((long)n, Width, Height)));
                frame.Pointer->pict_type = AVPictureType.AV_PICTURE_TYPE_NONE;
                frame.Pointer->Duration = 1;
            }

            avcodec_send_frame(encoding, n < Frames ? frame.Pointer : null).ThrowIfError("Encoding");
            av_frame_unref(frame.Pointer);
            while (avcodec_receive_packet(encoding, packet.Pointer) >= 0)
            {
                packet.Pointer->duration = 1;
                av_packet_rescale_ts(packet.Pointer, encoding->time_base, stream->time_base);
                packet.Pointer->stream_index = stream->index;
                av_interleaved_write_frame(context, packet.Pointer).ThrowIfError("Writing");
            }
        }

        av_write_trailer(context).ThrowIfError("Writing the trailer");
    }

    private static AVFilterContext* Source(AVFilterGraph* graph)
    {
        var description = $"color=c=gray:s={Width}x{Height}:r={s_rate}:sar=12/11,format=yuv420p,buffersink@out";
        using var text = new NativeText(description);
        AVFilterInOut* inputs = null, outputs = null;
        avfilter_graph_parse_ptr(graph, text, &inputs, &outputs, null).ThrowIfError("Parsing the graph");
        avfilter_inout_free(&inputs);
        avfilter_inout_free(&outputs);
        avfilter_graph_config(graph, null).ThrowIfError("Configuring the graph");
        using var name = new NativeText("buffersink@out");
        var sink = avfilter_graph_get_filter(graph, name);
        FFmpegErrors.ThrowIfNull(sink, "Finding the sink");
        return sink;
    }

    // The field is in FFmpeg's own memory, which the garbage collector does not move.
    private static AVDictionary** Address(ref AVDictionary* field)
    {
        fixed (AVDictionary** address = &field)
        {
            return address;
        }
    }

    private static AVIOContext** Address(ref AVIOContext* field)
    {
        fixed (AVIOContext** address = &field)
        {
            return address;
        }
    }
}
