using System.Threading.Channels;
using NodaTime;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// The stream that a channel sends: one continuous transport stream on the channel's line, independent of the items that producers air. It
/// has any number of viewers, by any protocol (<see cref="Attach"/>).
/// </summary>
/// <remarks>
/// Thread-safe. It lives from the first viewer to the end of the linger; the channel makes it and ends it. Each producer has a feed of its own.
/// At most one feed is on the air, and at most one more waits for its time.
/// </remarks>
public sealed class ChannelOutput : IAsyncDisposable
{
    private readonly Executor _executor;
    private readonly FeedSwitcher _feeds = new();
    private readonly IOutputStage _stage;
    private readonly AiringLog _airings;
    private readonly OutputPump _pump;
    private readonly Lock _lock = new();
    private volatile IChunkConsumer[] _consumers;
    private bool _isOver;
    private bool _isStarted;

    /// <summary>Makes an output that does not run yet.</summary>
    /// <param name="name">The channel's name; viewers see it as the name of the service.</param>
    /// <param name="line">The channel's time line.</param>
    /// <param name="kind">Copied or transcoded, and the formats.</param>
    /// <param name="options">Options for its pipeline.</param>
    /// <param name="run">The id of the run; null to make a new one.</param>
    internal ChannelOutput(string name, ChannelLine line, ChannelKind kind, PipelineOptions options, Guid? run = null)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(options);
        (Line, Kind) = (line, kind);
        _executor = options.Executor ?? ThreadedExecutor.Default;
        Stream = new ChunkRing(_executor.CreateCompletion, () => line.Now);
        _consumers = [Stream];
        _stage = kind.CreateStage(line, _feeds, options);
        Run = run ?? Guid.NewGuid();
        _airings = new AiringLog(Run, line, kind.Formats.Video is not null);
        _pump = new OutputPump(name, line, kind.Formats, _stage, _airings, Publish);
    }

    /// <summary>The channel's time line.</summary>
    public ChannelLine Line { get; }

    /// <summary>The streams.</summary>
    public ChannelFormats Formats => Kind.Formats;

    /// <summary>The pictures and sound before they are encoded: of a transcoded channel's items, and of every channel's slates.</summary>
    public RawFormats Raw => Kind.Raw;

    /// <summary>The bit rates that the transport stream does not exceed.</summary>
    public ChannelRates Rates => Kind.Rates;

    /// <summary>The longest distance between key frames.</summary>
    public ClockTime KeyFrameInterval => Kind.KeyFrameInterval;

    /// <summary>The newest part of the transport stream, for viewers.</summary>
    public ChunkRing Stream { get; }

    /// <summary>The unique id of this run: the period on the air.</summary>
    public Guid Run { get; }

    /// <summary>
    /// Reports of the packets that are written, airing by airing: one when an airing begins, one each second, and one when it has ended.
    /// For one reader; if the reader is too slow, the oldest reports are dropped. Completes when the output has ended.
    /// </summary>
    public ChannelReader<AiringReport> Airings => _airings.Reports;

    /// <summary>
    /// The number of packets that were not aired because they came after their time, or would have been shown before the one before them is
    /// decoded.
    /// </summary>
    public long LatePackets => _pump.LatePackets;

    /// <summary>Copied or transcoded, and the formats.</summary>
    internal ChannelKind Kind { get; }

    /// <summary>The item on the air, if its file stores picture and sound so far apart that packets come too late; null if not.</summary>
    internal ChannelSink? OutOfOrder => _feeds.OutOfOrder;

    /// <summary>The number of packets that were not aired because their codec differs from the channel's.</summary>
    public long RefusedPackets => _pump.RefusedPackets;

    /// <summary>
    /// How far ahead of station time the output may take media of the item on the air: a second, and more if pictures are encoded slowly.
    /// </summary>
    internal ClockTime Lead => _stage.Lead;

    /// <summary>
    /// Called, on any thread, with the exception that ended the stream. Nothing more is sent, and the output cannot be used again.
    /// </summary>
    internal Action<Exception>? Failed { get; set; }

    /// <summary>Starts the output.</summary>
    internal async Task StartAsync(CancellationToken cancellationToken = default)
    {
        Task encoding = await _stage.StartAsync(cancellationToken).ConfigureAwait(false);
        _ = encoding.ContinueWith(
            failed => Failed?.Invoke(failed.Exception!.GetBaseException()),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        _isStarted = true;
        _pump.Task.Failed = error => Failed?.Invoke(error);
        _executor.Attach(_pump.Task);
    }

    /// <summary>
    /// How long before its instant a switch has to be requested: the time that the output works ahead of station time. In a copied channel
    /// 0.7 s, and more if pictures on the air are decoded more than 160 ms before they are shown; in a transcoded channel of 25 frames per
    /// second 1.3 s.
    /// </summary>
    public ClockTime SwitchLead => _stage.SwitchLead;

    /// <summary>Makes a feed for one producer; it is not on the air yet.</summary>
    /// <param name="id">The producer's id, for logs.</param>
    internal ChannelFeed OpenFeed(string id) => new(id, Line, _executor.CreateCompletion());

    /// <summary>
    /// Lets a feed take over at an instant, exactly at a frame; at once if no feed is on the air. A feed that was waiting for its turn
    /// loses it. The feed that was on the air is over then.
    /// </summary>
    /// <param name="feed">The feed.</param>
    /// <param name="at">When, in station time.</param>
    /// <returns>
    /// False, without any change, if the instant is nearer than <see cref="SwitchLead"/>, or a pending switch is as near.
    /// </returns>
    /// <exception cref="InvalidOperationException">The feed is on the air, or has been.</exception>
    internal bool SwitchAt(ChannelFeed feed, Instant at)
    {
        ArgumentNullException.ThrowIfNull(feed);
        return _feeds.SwitchAt(feed, Line.At(at), Line.Now, SwitchLead);
    }

    /// <summary>
    /// Revokes a feed's turn before it comes. The feed has already dropped its media before that instant, so it should not be given an
    /// earlier one.
    /// </summary>
    /// <returns>False if it has no turn, or its instant is so near that the output has begun to end the feed on the air.</returns>
    internal bool Revoke(ChannelFeed feed)
    {
        ArgumentNullException.ThrowIfNull(feed);
        return _feeds.Revoke(feed);
    }

    /// <summary>
    /// Attaches a consumer, which gets the stream from now on: the one of this type that is attached already, or a new one.
    /// </summary>
    /// <param name="create">Makes the consumer. Called under a lock.</param>
    public T Attach<T>(Func<ChannelOutput, T> create)
        where T : class, IChunkConsumer
    {
        ArgumentNullException.ThrowIfNull(create);
        lock (_lock)
        {
            if (_consumers.OfType<T>().FirstOrDefault() is not { } consumer)
            {
                consumer = create(this);
                if (_isOver)
                {
                    // The stream is over; a caller finds the consumer ended.
                    consumer.Dispose();
                }

                _consumers = [.. _consumers, consumer];
            }

            return consumer;
        }
    }

    /// <summary>Ends the stream for all viewers. The channel calls this when it goes off the air.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_isStarted)
            {
                await _executor.DetachAsync(_pump.Task).ConfigureAwait(false);
            }
        }
        finally
        {
            // Viewers see the end even if the pump hangs and its resources have to be left alone.
            Stream.Close();
        }

        await _stage.DisposeAsync().ConfigureAwait(false);
        _feeds.Clear();
        _pump.Dispose();
        lock (_lock)
        {
            _isOver = true;
        }

        foreach (IChunkConsumer consumer in _consumers)
        {
            consumer.Dispose();
        }
    }

    /// <summary>Makes a completion source with a continuation that runs as the channel's executor requires.</summary>
    internal TaskCompletionSource CreateCompletion() => _executor.CreateCompletion();

    private void Publish(TransportStreamChunk chunk)
    {
        foreach (IChunkConsumer consumer in _consumers)
        {
            consumer.OnChunk(chunk, _pump.Writer, Line.Now);
        }

        chunk.Buffer.Release();
    }
}
