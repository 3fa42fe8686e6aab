using Microsoft.Extensions.Logging;
using RetroVue.Media.Elements.Hls;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// What a channel sends: one continuous transport stream on the channel's line, whatever items producers put on the air, to any number of
/// viewers, and as HLS once somebody asks for that.
/// </summary>
/// <remarks>
/// Thread-safe. Lives from the first viewer to the end of the linger. At most one item is on the air and at most one more waits for its
/// time; <see cref="SwitchAt"/> is the only way to change.
/// </remarks>
public sealed class ChannelOutput : IAsyncDisposable
{
    private readonly Executor _executor;
    private readonly Splicer _items = new();
    private readonly OutputPump _pump;
    private readonly Lock _lock = new();
    private HlsSegmenter? _hls;
    private bool _isStarted;

    /// <summary>An output that does not run yet.</summary>
    /// <param name="name">The channel's name, which viewers see as the service's.</param>
    /// <param name="line">The channel's time line.</param>
    /// <param name="formats">The streams.</param>
    /// <param name="executor">What runs it.</param>
    public ChannelOutput(string name, ChannelLine line, ChannelFormats formats, Executor executor)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(formats);
        ArgumentNullException.ThrowIfNull(executor);
        Line = line;
        Formats = formats;
        _executor = executor;
        Stream = new ChunkRing(executor.CreateCompletion);
        _pump = new OutputPump(name, line, formats, _items, Publish);
    }

    /// <summary>The channel's time line.</summary>
    public ChannelLine Line { get; }

    /// <summary>The streams.</summary>
    public ChannelFormats Formats { get; }

    /// <summary>The last seconds of the transport stream, for viewers.</summary>
    public ChunkRing Stream { get; }

    /// <summary>The stream as HLS; null until <see cref="UseHls"/>.</summary>
    public HlsSegmenter? Hls
    {
        get
        {
            lock (_lock)
            {
                return _hls;
            }
        }
    }

    /// <summary>Packets that came after their time and were not aired.</summary>
    public long LatePackets => _pump.LatePackets;

    /// <summary>Lets the output run.</summary>
    public void Start()
    {
        _isStarted = true;
        _executor.Attach(_pump.Task);
    }

    /// <summary>Puts an item on the air at a time on the line, exactly at a frame; at once where nothing is on the air.</summary>
    public void SwitchAt(ChannelInput input, ClockTime at)
    {
        ArgumentNullException.ThrowIfNull(input);
        _items.SwitchAt(input, at);
    }

    /// <summary>Begins to make HLS of the stream, with what is left of it, and returns it; the same one every time.</summary>
    public HlsSegmenter UseHls()
    {
        lock (_lock)
        {
            return _hls ??= new HlsSegmenter(new HlsOptions { Epoch = Line.Epoch.ToUnixTimeTicks() * 100 });
        }
    }

    /// <summary>Ends the stream for everybody.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isStarted)
        {
            await _executor.DetachAsync(_pump.Task).ConfigureAwait(false);
        }

        _items.Clear();
        Stream.Close();
        _pump.Dispose();
        Hls?.Dispose();
    }

    private void Publish(TransportStreamChunk chunk)
    {
        Hls?.Add(chunk);
        Stream.Add(chunk);
    }
}
