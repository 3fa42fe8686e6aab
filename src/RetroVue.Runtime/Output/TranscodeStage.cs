using System.Globalization;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// The part of a transcoded channel between its items and the pump: one continuous stream of pictures and one of sound, each with one
/// encoder, for the whole run.
/// </summary>
internal sealed class TranscodeStage : IOutputStage
{
    private const long SoundBits = 128_000;

    /// <summary>How much encoded media is kept for the output: little, so that a change of programme airs soon.</summary>
    private static readonly ClockTime s_kept = ClockTime.FromMilliseconds(250);

    private readonly Pipeline _pipeline;
    private readonly GridSource _grid;
    private readonly ChannelSink _encoded;

    public TranscodeStage(ChannelLine line, RawFormats raw, FeedSwitcher feeds, PipelineOptions options)
    {
        _pipeline = new Pipeline(options);
        _grid = _pipeline.Add(new GridSource("grid", line, raw, feeds));
        _encoded = _pipeline.Add(new ChannelSink("encoded", -ClockTime.MaxValue, ClockTime.MaxValue, s_kept));
        Lead = ClockTime.Max(ClockTime.FromSeconds(1), _grid.Lead);
        SwitchLead = OutputPump.WorkAhead + s_kept + _grid.Encoding;
        Link(_grid.Video, new Encoder("video-encoder", raw.Video is null ? VideoOptions : Held(raw.Video)), MediaKind.Video);
        Link(_grid.Audio, new Encoder("audio-encoder", AudioOptions), MediaKind.Audio);
    }

    /// <summary>The distance between the encoder's key frames, exact to a frame.</summary>
    public static ClockTime KeyFrameInterval => ClockTime.FromSeconds(2);

    /// <summary>The encoder options of all transcoded channels, and of copied channels' slates in these codecs.</summary>
    public static EncoderOptions VideoOptions { get; } = new()
    {
        Codec = "h264",
        Preset = "veryfast",
        Quality = 23,
        BFrames = 2,
        GopDuration = KeyFrameInterval,
        // Without mbtree, x264 gives the same bytes for the same pictures; with it, the bytes depend on earlier contents of its memory.
        Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["rc-lookahead"] = "8", ["mbtree"] = "0" },
    };

    /// <inheritdoc cref="VideoOptions"/>
    public static EncoderOptions AudioOptions { get; } = new() { Codec = "aac", BitRate = SoundBits };

    /// <summary>Returns the streams of a transcoded channel as the transport stream declares them.</summary>
    public static ChannelFormats Formats(RawFormats raw) => new(
        raw.Video is { } video
            ? new EncodedFormat("h264", MediaKind.Video) { Profile = "High", Level = H264Level.For(video, MostBits(video)), Video = video }
            : null,
        raw.Audio is { } audio ? new EncodedFormat("aac", MediaKind.Audio) { Profile = "LC", Audio = audio } : null);

    /// <summary>Returns the bit rates that a transcoded channel does not exceed.</summary>
    public static ChannelRates Rates(RawFormats raw)
    {
        long picture = raw.Video is null ? 0 : MostBits(raw.Video);
        // The encoder's buffer holds one second. So the shortest period that counts, half a target duration, can have twice the rate.
        return ChannelRates.OfMedia(Formats(raw), (2 * picture) + (2 * SoundBits), picture + SoundBits);
    }

    /// <summary>
    /// Limits the encoder to a profile, a level and a maximum bit rate, because playlists declare them before they can be measured.
    /// </summary>
    private static EncoderOptions Held(VideoFormat video) => VideoOptions with
    {
        MaximumBitRate = MostBits(video),
        Settings = new Dictionary<string, string>(VideoOptions.Settings, StringComparer.Ordinal)
        {
            ["profile"] = "high",
            ["level"] = string.Create(CultureInfo.InvariantCulture, $"{H264Level.For(video, MostBits(video)) / 10.0:0.0}"),
        },
    };

    /// <summary>
    /// Returns the maximum bits per second of pictures, which only complex pictures reach: 0.4 bits per pixel, about three times the usual
    /// amount, and at least a megabit.
    /// </summary>
    private static long MostBits(VideoFormat video) => Math.Max(1_000_000, (long)(0.4 * video.Width * video.Height * video.FrameRate.ToDouble()));

    /// <inheritdoc/>
    public ClockTime Lead { get; }

    /// <inheritdoc/>
    public ClockTime SwitchLead { get; }

    /// <inheritdoc/>
    public Action? Arrived
    {
        get => _encoded.Arrived;
        set => _encoded.Arrived = value;
    }

    /// <inheritdoc/>
    public async Task<Task> StartAsync(CancellationToken cancellationToken)
    {
        await _pipeline.StartAsync(cancellationToken).ConfigureAwait(false);
        return _pipeline.RunAsync(CancellationToken.None);
    }

    /// <summary>Does nothing: the encoded stream has no switches.</summary>
    public void Advance(ClockTime outputTime)
    {
    }

    /// <inheritdoc/>
    public bool HasBegun(ClockTime now) => _encoded.HasBegun();

    /// <inheritdoc/>
    public ClockTime PeekTime(MediaKind kind) => _encoded.FirstTime(kind);

    /// <inheritdoc/>
    public bool Covers(ClockTime time) => _encoded.Covers(time);

    /// <inheritdoc/>
    public FeedItem? TryTake(MediaKind kind, ClockTime before)
    {
        FeedItem? item = _encoded.TryTake(kind, before);
        // Pictures come in decoding order: all later ones are shown after this one is decoded.
        return item is { Buffer: { } packet } taken ? taken with { Tag = _grid.TagsOf(kind)?.At(packet.Pts, packet.DecodeOrder) } : item;
    }

    public async ValueTask DisposeAsync()
    {
        _encoded.Discard();
        await _pipeline.DisposeAsync().ConfigureAwait(false);
    }

    private void Link(OutputPad? raw, Encoder encoder, MediaKind kind)
    {
        if (raw is not null)
        {
            _pipeline.Add(encoder);
            _pipeline.Link(raw, encoder.Inputs[0]);
            _pipeline.Link(encoder.Outputs[0], _encoded.AddStream(kind));
        }
    }
}
