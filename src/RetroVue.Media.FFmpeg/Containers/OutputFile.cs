using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVFormat;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>A file that libavformat writes: opened, given streams, a header, packets in the order of decoding times, and a trailer.</summary>
/// <remarks>For one thread at a time. The same packets give the same bytes: random identifiers and version texts are left out.</remarks>
internal sealed unsafe class OutputFile : IDisposable
{
    private readonly string _path;
    private readonly OutputFormatHandle _handle;
    private readonly AVFormatContext* _context;

    /// <summary>Creates the file, or empties it.</summary>
    /// <exception cref="MediaFileException">There is no such container, or the file cannot be written.</exception>
    public OutputFile(string path, string? container)
    {
        _path = path;
        // Of the network only what never waits for its far end: a write cannot be broken off.
        bool isDatagram = path.StartsWith("udp://", StringComparison.Ordinal);
        using NativeText url = new(isDatagram ? path : "file:" + Path.GetFullPath(path)), format = new(container);
        AVFormatContext* context = null;
        if (avformat_alloc_output_context2(&context, null, format, url) < 0)
        {
            throw new MediaFileException(path, container is null
                ? $"has no extension that names a container; use .mp4, .mkv or .ts, or set {nameof(FileMuxerOptions)}.{nameof(FileMuxerOptions.Container)}."
                : $"cannot be written as '{container}': FFmpeg has no such container. Use mp4, matroska or mpegts.");
        }

        _handle = new OutputFormatHandle(context);
        _context = context;
        context->flags |= AVFMT_FLAG_BITEXACT;
        try
        {
            fixed (AVIOContext** pb = &context->pb)
            {
                var before = ErrorMark.Now;
                Check(avio_open(pb, url, AVIO_FLAG_WRITE), before);
            }
        }
        catch
        {
            _handle.Dispose();
            throw;
        }
    }

    /// <summary>Adds a stream; before the header.</summary>
    /// <returns>Its number.</returns>
    /// <exception cref="FFmpegException">FFmpeg does not know the format's codec.</exception>
    public int AddStream(EncodedFormat format, Rational wishedTimeBase)
    {
        var stream = avformat_new_stream(_context, null);
        FFmpegErrors.ThrowIfNull(stream, "Adding a stream");
        CodecParameters.Write(format, stream->codecpar);
        stream->time_base = wishedTimeBase.ToNative();
        if (format.Video is { } video)
        {
            stream->sample_aspect_ratio = video.SampleAspectRatio.ToNative();
            stream->avg_frame_rate = video.FrameRate.ToNative();
        }

        return stream->index;
    }

    /// <summary>Writes the header.</summary>
    /// <param name="options">The muxer's own options.</param>
    /// <exception cref="MediaFileException">The container does not take these streams, or the file cannot be written.</exception>
    public void WriteHeader(IEnumerable<KeyValuePair<string, string>> options)
    {
        AVDictionary* native = null;
        try
        {
            foreach (var (name, value) in options)
            {
                FFmpegDictionary.Set(&native, name, value);
            }

            var before = ErrorMark.Now;
            var code = avformat_write_header(_context, &native);
            if (code is AVERROR_EINVAL or AVERROR_PATCHWELCOME or AVERROR_INVALIDDATA)
            {
                throw new MediaFileException(
                    _path,
                    $"cannot be written: the container {NativeText.Read(_context->oformat->name)} does not take these streams "
                    + $"({string.Join(", ", StreamNames())}). Use another container or encode them to another codec.",
                    new FFmpegException("Writing the header", code, before.LastLine));
            }

            Check(code, before);
        }
        finally
        {
            av_dict_free(&native);
        }
    }

    /// <summary>The tick that the muxer chose for a stream; after the header.</summary>
    public Rational TimeBase(int index) => _context->streams[index]->time_base.ToRational();

    /// <summary>Writes a packet.</summary>
    /// <exception cref="MediaFileException">The file cannot be written, or the packet does not follow on the last.</exception>
    public void Write(AVPacket* packet)
    {
        var before = ErrorMark.Now;
        var code = av_write_frame(_context, packet);
        Check(code < 0 ? code : _context->pb->error, before);
    }

    /// <summary>Writes the trailer and closes the file.</summary>
    /// <exception cref="MediaFileException">The file cannot be written.</exception>
    public void Finish()
    {
        var before = ErrorMark.Now;
        var code = av_write_trailer(_context);
        fixed (AVIOContext** pb = &_context->pb)
        {
            var closed = avio_closep(pb);
            Check(code < 0 ? code : closed, before);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private List<string> StreamNames()
    {
        var names = new List<string>();
        for (var i = 0; i < _context->nb_streams; i++)
        {
            names.Add(NativeText.Read(avcodec_get_name(_context->streams[i]->codecpar->codec_id))!);
        }

        return names;
    }

    private void Check(int code, ErrorMark before)
    {
        if (code < 0)
        {
            var error = new FFmpegException("Writing", code, before.LastLine);
            throw new MediaFileException(
                _path, $"cannot be written: {error.ErrorText}. Check that the folder exists, may be written, and that its disc has room.", error);
        }
    }
}
