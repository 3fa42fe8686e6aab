using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVFormat;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// A file or URL that libavformat writes: open it, add streams, write the header, packets in the order of decoding times, and the trailer.
/// </summary>
/// <remarks>
/// For one thread at a time, <see cref="Interrupt"/> for any. For a file, the same packets give the same bytes: random identifiers and
/// version texts are omitted.
/// </remarks>
internal sealed unsafe class OutputFile : IDisposable
{
    private readonly OutputTarget _target;
    private readonly ClockTime _limit;
    private readonly OutputFormatHandle _handle;
    private readonly AVFormatContext* _context;

    // Null for a file: a disk always answers in the end, and an interrupted write would leave half a file.
    private readonly InterruptSwitch? _interrupt;
    private bool _isOpen;
    private bool _hasFailed;

    /// <summary>Creates or empties the file, or connects to the server.</summary>
    /// <exception cref="MediaFileException">There is no such container, or the target cannot be opened.</exception>
    public OutputFile(string path, FileMuxerOptions options)
    {
        _limit = options.Timeout;
        _target = new OutputTarget(path, _limit);
        string? container = _target.Container(options.Container);
        using NativeText url = new(_target.Url), format = new(container);
        AVFormatContext* context = null;
        if (avformat_alloc_output_context2(&context, null, format, url) < 0)
        {
            throw _target.NoContainer(container);
        }

        _handle = new OutputFormatHandle(context);
        _context = context;
        try
        {
            if (_target.Protocol is null)
            {
                context->flags |= AVFMT_FLAG_BITEXACT;
            }
            else
            {
                _interrupt = new InterruptSwitch();
                _interrupt.Limit(_limit);
                _target.Resolve();
                context->interrupt_callback = _interrupt.Callback;
            }

            Open(url, options.ProtocolOptions);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>True if the container accepts packets of one stream with the same decoding time.</summary>
    public bool TakesRepeatedTimes => (_context->oformat->flags & AVFMT_TS_NONSTRICT) != 0;

    private string Container => NativeText.Read(_context->oformat->name)!;

    /// <summary>Gives calls that wait for a server some time to end by themselves; then ends them and all later calls.</summary>
    public void Interrupt(ClockTime grace) => _interrupt?.Throw(grace);

    /// <summary>Adds a stream; before the header.</summary>
    /// <returns>Its number.</returns>
    /// <exception cref="FFmpegException">FFmpeg does not know the format's codec.</exception>
    public int AddStream(EncodedFormat format, Rational wishedTimeBase)
    {
        if (NativeText.Read(_context->oformat->name) is "mpegts" or "rtp_mpegts" && !TransportStreamCodecs.Contains(format.Codec))
        {
            throw _target.NotTaken("mpegts", [format.Codec], null);
        }

        var stream = avformat_new_stream(_context, null);
        FFmpegErrors.ThrowIfNull(stream, "Adding a stream");
        CodecParameters.Write(format, stream->codecpar);
        ContainerTags.Fit(stream->codecpar, _context->oformat);
        stream->AddSideData(format.SideData);
        if (format.SideData.Any(item => item.Kind is StreamSideDataKind.DolbyVision or StreamSideDataKind.MasteringDisplay
            or StreamSideDataKind.ContentLightLevel or StreamSideDataKind.Spherical or StreamSideDataKind.Stereo3D))
        {
            // These MP4 boxes are not part of the standard; without this FFmpeg omits them silently.
            _context->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
        }

        stream->time_base = wishedTimeBase.ToNative();
        if (format.Video is { } video)
        {
            stream->sample_aspect_ratio = CodecParameters.DeclaredAspect(format).ToNative();
            stream->avg_frame_rate = video.FrameRate.ToNative();
        }

        return stream->index;
    }

    /// <summary>Writes the header.</summary>
    /// <param name="options">The muxer's own options.</param>
    /// <exception cref="MediaFileException">The container does not support these streams, or the file cannot be written.</exception>
    public void WriteHeader(IEnumerable<KeyValuePair<string, string>> options)
    {
        AVDictionary* native = null;
        try
        {
            foreach (var (name, value) in _target.MuxerOptions(Container).Concat(options))
            {
                FFmpegDictionary.Set(&native, name, value);
            }

            _interrupt?.Limit(_limit);
            var before = ErrorMark.Now;
            var code = avformat_write_header(_context, &native);
            if (code < 0 && _context->pb->error >= 0 && !IsOfFile(code))
            {
                throw _target.NotTaken(Container, StreamNames(), new FFmpegException("Writing the header", code, before.LastLine));
            }

            Check(code, before);
        }
        finally
        {
            av_dict_free(&native);
        }
    }

    /// <summary>Makes the error for inputs that all ended without a packet.</summary>
    public MediaFileException NothingToWrite() => _target.NothingToWrite();

    /// <summary>Returns the tick that the muxer chose for a stream; to be called after the header.</summary>
    public Rational TimeBase(int index) => _context->streams[index]->time_base.ToRational();

    /// <summary>Writes a packet.</summary>
    /// <exception cref="MediaFileException">The file cannot be written, or the packet's times do not continue the last one's.</exception>
    public void Write(AVPacket* packet)
    {
        _interrupt?.Limit(_limit);
        var before = ErrorMark.Now;
        var index = packet->stream_index;
        var code = av_write_frame(_context, packet);
        if (code < 0 && _context->pb->error >= 0 && !IsOfFile(code))
        {
            _hasFailed = true;
            throw _target.PacketNotTaken(Container, $"stream {index} ({StreamNames()[index]})", new FFmpegException("Writing", code, before.LastLine));
        }

        Check(code < 0 ? code : _context->pb->error, before);
    }

    /// <summary>Writes the trailer and closes the file. Does nothing for a server that has failed.</summary>
    /// <exception cref="MediaFileException">The file cannot be written.</exception>
    public void Finish()
    {
        if (_hasFailed && _interrupt is not null)
        {
            return;
        }

        _interrupt?.Limit(_limit);
        var before = ErrorMark.Now;
        var code = av_write_trailer(_context);
        if (code < 0 && _context->pb->error >= 0 && !IsOfFile(code))
        {
            _hasFailed = true;
            throw _target.NotFinished(Container, StreamNames(), new FFmpegException("Writing the trailer", code, before.LastLine));
        }

        fixed (AVIOContext** pb = &_context->pb)
        {
            var closed = avio_closep(pb);
            Check(code < 0 ? code : closed, before);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // An unfinished output must not wait.
        _interrupt?.Throw();
        _handle.Dispose();
        GC.KeepAlive(_interrupt);
    }

    private void Open(byte* url, IEnumerable<KeyValuePair<string, string>> wished)
    {
        AVDictionary* native = null;
        try
        {
            foreach (var (name, value) in _target.ProtocolOptions().Concat(wished))
            {
                FFmpegDictionary.Set(&native, name, value);
            }

            var interrupt = _context->interrupt_callback;
            fixed (AVIOContext** pb = &_context->pb)
            {
                var before = ErrorMark.Now;
                Check(avio_open2(pb, url, AVIO_FLAG_WRITE, &interrupt, &native), before);
            }

            _isOpen = true;

            var unknown = FFmpegDictionary.Read(native).Select(option => option.Key).ToList();
            if (unknown.Count > 0)
            {
                throw _target.UnknownOptions(unknown);
            }
        }
        finally
        {
            av_dict_free(&native);
        }
    }

    // Errors of the system about files and connections; all other errors are the muxer's own.
    private static bool IsOfFile(int code) => code is AVERROR_ENOENT or AVERROR_ENOTDIR or AVERROR_EISDIR or AVERROR_EACCES or AVERROR_EPERM
        or AVERROR_EROFS or AVERROR_ENOSPC or AVERROR_EDQUOT or AVERROR_EFBIG or AVERROR_EIO or AVERROR_ENOMEM or AVERROR_EXIT or AVERROR_EAGAIN
        or AVERROR_EINTR or AVERROR_EBUSY or AVERROR_EPIPE or AVERROR_ETIMEDOUT or AVERROR_ECONNREFUSED or AVERROR_ECONNRESET
        or AVERROR_ECONNABORTED or AVERROR_EHOSTUNREACH or AVERROR_ENETUNREACH;

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
            _hasFailed = true;
            var error = new FFmpegException(_isOpen ? "Writing" : "Opening", code, before.LastLine);
            throw _target.Failed(error, _isOpen, _interrupt is { IsThrown: true });
        }
    }
}
