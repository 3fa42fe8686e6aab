using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Hls;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>
/// A station in real time, on threads: two copied channels and a transcoded one. Their items are short, and one item's file is cut short.
/// </summary>
internal sealed class LiveStation : IAsyncDisposable
{
    private static readonly Rational s_rate = new(25, 1);

    private LiveStation(Station station, ThreadedExecutor executor) => (Station, Executor) = (station, executor);

    public Station Station { get; }

    public ThreadedExecutor Executor { get; }

    public static async Task<LiveStation> CreateAsync(ClockTime linger)
    {
        string good = await TestFiles.MakeAsync(s_rate, 12 * 25);
        string[] files = [good, BadFiles.Truncated(good)];
        var clock = MasterClock.FromSystem();
        var executor = new ThreadedExecutor(name: "live");
        var loader = new StationLoader(clock, executor, new ChannelOptions { Linger = linger }, NullLoggerFactory.Instance);
        return new LiveStation(
            await loader.LoadAsync(
            [
                Channel("copy-a", ChannelProfile.Copy),
                Channel("copy-b", ChannelProfile.Copy),
                Channel("transcode", ChannelProfile.Transcode(320, 180, s_rate)),
            ]),
            executor);

        ChannelSchedule Channel(string name, ChannelProfile profile) => new(
            new Channel(
                ChannelId.FromShortName(name),
                name,
                name,
                DateTimeZone.Utc,
                profile),
            new Programme(
                clock.UtcNow,
                null,
                true,
                [.. files.Select(file => ScheduleItem.Programme(file, Path.GetFileName(file), Duration.FromSeconds(12)))],
                []));
    }

    /// <summary>Watches a channel for a while, as a player would, and leaves; returns the bytes received.</summary>
    public async Task<long> VisitAsync(ChannelManager channel, bool isHls, ClockTime time, CancellationToken stop = default)
    {
        ViewerSession session = await channel.JoinAsync(isHls ? HlsJoin.Request(channel, "visitor") : new JoinRequest("visitor"), stop);
        ChunkReader reader = session.Output.Stream.Read();
        try
        {
            Task end = WaitAsync(time, stop);
            long bytes = 0;
            while (!end.IsCompleted)
            {
                switch (reader.TryRead(out MediaBuffer? chunk))
                {
                    case ChunkReadState.Chunk:
                        bytes += chunk!.Data.Length;
                        chunk.Release();
                        break;
                    case ChunkReadState.Empty:
                        await Task.WhenAny(reader.News, end);
                        channel.Touch(session.Id);
                        break;
                    default:
                        // If the machine is overloaded, a viewer may fall behind. Players then connect anew.
                        reader.Dispose();
                        reader = session.Output.Stream.Read();
                        await Task.WhenAny(WaitAsync(ClockTime.FromMilliseconds(100), stop), end);
                        break;
                }
            }

            return bytes;
        }
        finally
        {
            reader.Dispose();
            await session.DisposeAsync();
        }
    }

    /// <summary>Waits in real time. If the wait is cancelled, it ends without an exception.</summary>
    public async Task WaitAsync(ClockTime time, CancellationToken stop = default)
    {
        try
        {
            await Executor.WaitUntilAsync(Executor.Waiter.SystemClock, Executor.Waiter.SystemClock.Now + time, stop);
        }
        catch (OperationCanceledException)
        {
            // The visit is over: the wait ends here without an exception.
        }
    }

    public ValueTask DisposeAsync() => Station.DisposeAsync();
}
