using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Producers;

/// <summary>One item on its way to the channel: a pipeline that ends in a channel sink.</summary>
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

    /// <summary>True for a slate, in whose place there is nothing better.</summary>
    public bool IsSlate { get; set; }

    /// <summary>Why it is a slate and not what the schedule says; null if it is that.</summary>
    public string? Problem { get; set; }

    /// <summary>True for a slate in the place of a file that has stalled and may go on.</summary>
    public bool MayReturn { get; set; }

    /// <summary>True while more of the item's file is wanted.</summary>
    public bool IsWantedMore => _demuxer?.IsWantedMore == true;

    /// <summary>How long reading the item's file has taken so far.</summary>
    public ClockTime ReadingTime => _demuxer?.ReadingTime ?? ClockTime.Zero;

    /// <summary>Completes when the item has been played to its end; fails when it could not be.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Opens the item and lets it run until its sink is full.</summary>
    /// <param name="pipeline">An empty pipeline, which the player owns from now on.</param>
    /// <param name="sink">Where the item goes.</param>
    /// <param name="build">Opens the file and puts the pipeline together; may block. Returns what reads the file; null without one.</param>
    /// <param name="cancellationToken">Gives up.</param>
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
