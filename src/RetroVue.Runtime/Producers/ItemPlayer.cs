using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Producers;

/// <summary>Plays one item: a pipeline that ends in a channel sink.</summary>
internal sealed class ItemPlayer : IAsyncDisposable
{
    private readonly Pipeline _pipeline;
    private FileDemuxer? _demuxer;

    private ItemPlayer(Pipeline pipeline, ChannelSink sink)
    {
        _pipeline = pipeline;
        Sink = sink;
    }

    public ChannelSink Sink { get; }

    /// <summary>True for a slate; a slate that fails is not replaced.</summary>
    public bool IsSlate { get; set; }

    /// <summary>Why a slate airs instead of the scheduled item; null if the item airs.</summary>
    public string? Problem { get; set; }

    /// <summary>True for a slate that replaces a stalled file, which may go on.</summary>
    public bool MayReturn { get; set; }

    /// <summary>True while the pipeline wants more data from the item's file.</summary>
    public bool IsWantedMore => _demuxer?.IsWantedMore == true;

    /// <summary>The total time of reading the item's file so far.</summary>
    public ClockTime ReadingTime => _demuxer?.ReadingTime ?? ClockTime.Zero;

    /// <summary>Completes when the item has been played to its end; fails if it could not be.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Opens the item and runs it until its sink is full.</summary>
    /// <param name="pipeline">An empty pipeline, which the player then owns.</param>
    /// <param name="sink">The item's sink.</param>
    /// <param name="build">Opens the file and builds the pipeline; may block. Returns the demuxer of the file; null without a file.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    public static async Task<ItemPlayer> StartAsync(
        Pipeline pipeline,
        ChannelSink sink,
        Func<FileDemuxer?> build,
        CancellationToken cancellationToken)
    {
        var player = new ItemPlayer(pipeline, sink);
        try
        {
            await pipeline.Executor.InvokeAsync(() => player._demuxer = build()).ConfigureAwait(false);
            await pipeline.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await player.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        player.Completion = player.RunAsync();
        return player;
    }

    public async ValueTask DisposeAsync()
    {
        Sink.Discard();
        await _pipeline.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        try
        {
            await _pipeline.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            Sink.EndAll();
        }
    }
}
