using System.Threading.Channels;
using NodaTime;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// What a channel sends: one continuous transport stream on the channel's line, whatever items producers put on the air, to any number of
/// viewers, by any protocol (<see cref="Attach"/>).
/// </summary>
/// <remarks>
/// Thread-safe. Lives from the first viewer to the end of the linger; the channel makes it and ends it. Each producer has a feed of its own. At most
/// one feed is on the air and at most one more waits for its time.
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

    /// <summary>An output that does not run yet.</summary>
    /// <param name="name">The channel's name, which viewers see as the service's.</param>
    /// <param name="line">The channel's time line.</param>
    /// <param name="kind">What the channel is made of.</param>
    /// <param name="options">What runs it.</param>
    /// <param name="run">The id of this stretch of the channel on the air; null for one that nobody else has.</param>
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

    /// <summary>What the transport stream is held to.</summary>
    public ChannelRates Rates => Kind.Rates;

    /// <summary>How far apart key frames are at most.</summary>
    public ClockTime KeyFrameInterval => Kind.KeyFrameInterval;

    /// <summary>The end of the transport stream, for viewers.</summary>
    public ChunkRing Stream { get; }

    /// <summary>Tells this stretch of the channel on the air from every other.</summary>
    public Guid Run { get; }

    /// <summary>
    /// What is written, airing by airing: a report as one begins, each second, and as it has ended. For one reader; who reads too slowly finds the
    /// oldest gone. Completes when the output has ended.
    /// </summary>
    public ChannelReader<AiringReport> Airings => _airings.Reports;

    /// <summary>Packets that came after their time, or were to be shown before the one before them is decoded, and were not aired.</summary>
    public long LatePackets => _pump.LatePackets;

    /// <summary>What the channel is made of.</summary>
    internal ChannelKind Kind { get; }

    /// <summary>The item on the air whose file brings its picture and sound too far apart, so that some comes too late; null if it does not.</summary>
    internal ChannelSink? OutOfOrder => _feeds.OutOfOrder;

    /// <summary>Packets of another codec than the channel's, which were not aired.</summary>
    public long RefusedPackets => _pump.RefusedPackets;

    /// <summary>How far ahead of station time the output has taken what is on the air, at most; a second, and more where pictures are encoded slowly.</summary>
    internal ClockTime Lead => _stage.Lead;

    /// <summary>Called, on any thread, with what ended the stream: nothing more is sent, and the output is of no use any more.</summary>
    internal Action<Exception>? Failed { get; set; }

    /// <summary>Lets the output run.</summary>
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
    /// How long before its time a switch has to be asked for: how far the output works ahead of station time. In a copied channel 0.7 s, and more
    /// while pictures are on the air that are decoded more than 160 ms before they are shown; in a transcoded one of 25 pictures a second 1.3 s.
    /// </summary>
    public ClockTime SwitchLead => _stage.SwitchLead;

    /// <summary>A feed for one producer, which is not on the air.</summary>
    /// <param name="id">The producer's, for logs.</param>
    internal ChannelFeed OpenFeed(string id) => new(id, Line, _executor.CreateCompletion());

    /// <summary>
    /// Lets a feed take over at an instant, exactly at a frame; at once where nothing is on the air. A feed that was waiting for its turn waits
    /// no longer. The feed that was on the air is over then.
    /// </summary>
    /// <param name="feed">The feed.</param>
    /// <param name="at">When, in station time.</param>
    /// <returns>False, and nothing changes, where the instant is nearer than <see cref="SwitchLead"/>, or a switch that is as near is pending.</returns>
    /// <exception cref="InvalidOperationException">The feed is on the air, or was.</exception>
    internal bool SwitchAt(ChannelFeed feed, Instant at)
    {
        ArgumentNullException.ThrowIfNull(feed);
        return _feeds.SwitchAt(feed, Line.At(at), Line.Now, SwitchLead);
    }

    /// <summary>
    /// Takes a feed's turn back, before it comes. What it was not to show before that instant it has dropped, so it should be given no earlier one.
    /// </summary>
    /// <returns>False if it has none, or its instant is so near that the output has begun to end what is on the air.</returns>
    internal bool Revoke(ChannelFeed feed)
    {
        ArgumentNullException.ThrowIfNull(feed);
        return _feeds.Revoke(feed);
    }

    /// <summary>Lets a consumer have what is sent from now on: the one of its type that was attached before, or a new one.</summary>
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
                    // Nothing comes any more; who asks finds it ended.
                    consumer.Dispose();
                }

                _consumers = [.. _consumers, consumer];
            }

            return consumer;
        }
    }

    /// <summary>Ends the stream for everybody. The channel does that when it goes off the air.</summary>
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
            // Viewers see the end even where the pump is stuck and what it uses has to be left alone.
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

    /// <summary>What somebody waits for, whose continuation runs where the channel's executor wants it.</summary>
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
