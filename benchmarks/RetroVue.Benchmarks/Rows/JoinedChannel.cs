using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;
using Duration = NodaTime.Duration;
using SystemClock = RetroVue.Media.Clocks.SystemClock;

namespace RetroVue.Benchmarks.Rows;

/// <summary>
/// A channel in copy mode that airs one file. It has one viewer at a time, which leaves after the first key frame; without a viewer, it is
/// off the air.
/// </summary>
internal sealed class JoinedChannel : IAsyncDisposable
{
    private static readonly ClockTime s_rest = ClockTime.FromMilliseconds(50);

    private readonly MasterClock _clock = MasterClock.FromSystem();
    private readonly ChannelManager _manager;

    /// <summary>Makes a channel whose schedule began this many seconds ago.</summary>
    public JoinedChannel(string file, ChannelFormats formats, int seconds)
    {
        Instant start = _clock.UtcNow - Duration.FromSeconds(seconds);
        var schedule = new ChannelSchedule(
            new Channel(
                Guid.NewGuid(),
                "join",
                "Join",
                DateTimeZone.Utc,
                ChannelProfile.Copy),
            new Programme(
                start,
                null,
                true,
                [ScheduleItem.Programme(file, "join", Duration.FromHours(1))],
                []));
        _manager = new ChannelManager(
            schedule.Channel,
            new CopiedChannel(formats),
            new ScheduleBook([schedule]),
            _clock,
            ThreadedExecutor.Default,
            new ChannelOptions { Linger = ClockTime.Zero },
            NullLoggerFactory.Instance);
    }

    /// <summary>Moves station time forward while there is no viewer.</summary>
    public void StepForward(Duration step) => _clock.StepForward(step);

    /// <summary>
    /// Joins, reads the stream up to the end of the first key frame, and leaves. Returns how long that took, without the leaving.
    /// </summary>
    public async Task<ClockTime> JoinAsync()
    {
        ClockTime asked = SystemClock.Instance.Now;
        ViewerSession session = await _manager.JoinAsync(new JoinRequest("benchmark"));
        using ChunkReader reader = session.Output.Stream.Read();
        var arrival = new KeyFrameArrival();
        for (bool isComplete = false; !isComplete;)
        {
            switch (reader.TryRead(out MediaBuffer? chunk))
            {
                case ChunkReadState.Chunk:
                    isComplete = arrival.Take(chunk!.Data, SystemClock.Instance.Now);
                    chunk.Release();
                    break;
                case ChunkReadState.Empty:
                    await reader.News;
                    break;
                case var state:
                    throw new InvalidOperationException($"The channel's stream is {state} before its first key frame.");
            }
        }

        await session.DisposeAsync();
        // The next viewer comes after the files have been returned. That happens in the background and takes milliseconds.
        await ThreadedExecutor.Default.WaitUntilAsync(SystemClock.Instance, SystemClock.Instance.Now + s_rest, CancellationToken.None);
        return arrival.Completed - asked;
    }

    public ValueTask DisposeAsync() => _manager.DisposeAsync();
}
