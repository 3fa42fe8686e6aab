using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Hls;
using RetroVue.Runtime.Journal;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>A channel of real files in simulated time, and one viewer who keeps all bytes that were sent.</summary>
internal sealed class SimulatedChannel : IDisposable
{
    private readonly ChannelSchedule _schedule;
    private readonly MemoryStream _received = new();
    private ChunkReader? _reader;

    public SimulatedChannel(
        Instant start,
        ChannelProfile profile,
        IEnumerable<(string File, Duration Duration)> items,
        ChannelOptions? options = null,
        ILoggerFactory? loggerFactory = null,
        Func<IScheduleService, IScheduleService>? schedules = null,
        SimulatedChannel? beside = null,
        string shortName = "test",
        string? formatsOf = null,
        ChannelRates? rates = null,
        IEnumerable<IProducerFactory>? producers = null)
        : this(
            start,
            profile,
            [.. items.Select(item => ScheduleItem.Programme(item.File, Path.GetFileNameWithoutExtension(item.File), item.Duration))],
            options,
            loggerFactory,
            schedules,
            beside,
            shortName,
            formatsOf,
            rates,
            producers)
    {
    }

    public SimulatedChannel(
        Instant start,
        ChannelProfile profile,
        ImmutableArray<ScheduleItem> items,
        ChannelOptions? options = null,
        ILoggerFactory? loggerFactory = null,
        Func<IScheduleService, IScheduleService>? schedules = null,
        SimulatedChannel? beside = null,
        string shortName = "test",
        string? formatsOf = null,
        ChannelRates? rates = null,
        IEnumerable<IProducerFactory>? producers = null,
        Func<MasterClock, StationJournal>? journal = null)
    {
        Executor = beside?.Executor ?? new SimulatedExecutor(ClockTime.FromSeconds(5000));
        Clock = beside?.Clock ?? new MasterClock(Executor.Clock, start);
        _schedule = new ChannelSchedule(
            new Channel(
                Guid.Parse("7e57ab1e-0000-4000-8000-000000000001"),
                shortName,
                "Test",
                DateTimeZone.Utc,
                profile),
            new Programme(
                start,
                null,
                true,
                items,
                []));
        ChannelKind kind = profile is TranscodeProfile transcoded ? new TranscodedChannel(transcoded) : new CopiedChannel(FormatsOf(formatsOf ?? _schedule.Programme.Items[0].File!), rates);
        Schedules = new ScheduleBook([_schedule]);
        Manager = new ChannelManager(
            _schedule.Channel, kind, schedules?.Invoke(Schedules) ?? Schedules, Clock, Executor, options ?? new ChannelOptions(), loggerFactory ?? NullLoggerFactory.Instance, producers, Meters, journal?.Invoke(Clock));
    }

    public SimulatedExecutor Executor { get; }

    /// <summary>The meters of the channel, which record its measurements.</summary>
    public TestMeters Meters { get; } = new();

    /// <summary>The channel's time line.</summary>
    public ChannelLine Line => new(Clock.AsClock(), ChannelLine.DefaultEpoch);

    public MasterClock Clock { get; }

    public ScheduleBook Schedules { get; }

    public ChannelManager Manager { get; }

    public ViewerSession? Session { get; private set; }

    public byte[] Received => _received.ToArray();

    public void Join(bool isHls = false) => Join(isHls ? HlsJoin.Request(Manager, "test") : new JoinRequest("test"));

    public void Join(JoinRequest request)
    {
        Session = Complete(() => Manager.JoinAsync(request));
        _reader?.Dispose();
        _reader = Session.Output.Stream.Read();
    }

    /// <summary>Watches for a stretch of station time. The viewer takes chunks as often as a real viewer wakes up.</summary>
    public void Watch(Duration time)
    {
        for (long left = (long)time.TotalMilliseconds; left > 0; left -= 80)
        {
            Executor.RunFor(ClockTime.FromMilliseconds(Math.Min(left, 80)));
            Drain();
        }
    }

    public void Leave()
    {
        Complete(() => Session!.DisposeAsync().AsTask());
        // The channel releases its files and buffers in the background. This waits for the end of that.
        Complete(Manager.OnAir.SettleAsync);
        _reader?.Dispose();
        _reader = null;
    }

    /// <summary>Forgets what was received so far.</summary>
    public void Forget() => _received.SetLength(0);

    /// <summary>Takes the channel off the air. What was received stays.</summary>
    public void Dispose()
    {
        _reader?.Dispose();
        Complete(() => Manager.DisposeAsync().AsTask());
        _received.Dispose();
        Meters.Dispose();
    }

    public string Save(string name)
    {
        string path = Path.Combine(MadeMedia.Folder, name);
        File.WriteAllBytes(path, Received);
        return path;
    }

    private static ChannelFormats FormatsOf(string file)
    {
        using var demuxer = new FileDemuxer("probe", file);
        demuxer.Open();
        return new ChannelFormats(demuxer.Info.Video?.Format, demuxer.Info.Audio?.Format);
    }

    /// <summary>Takes the chunks that have been sent.</summary>
    public void Drain()
    {
        while (_reader?.TryRead(out MediaBuffer? chunk) == ChunkReadState.Chunk)
        {
            _received.Write(chunk!.Data);
            chunk.Release();
        }
    }

    public void Complete(Task task) => Executor.RunUntilCompleted(task, Executor.Clock.Now + ClockTime.FromSeconds(60));

    /// <summary>Runs an action on the simulation's thread.</summary>
    public void Do(Action action) => Complete(() =>
    {
        action();
        return Task.CompletedTask;
    });

    public void Complete(Func<Task> begin) => Executor.RunUntilCompleted(begin, Executor.Clock.Now + ClockTime.FromSeconds(60));

    public T Complete<T>(Func<Task<T>> begin)
    {
        Task<T>? task = null;
        Complete(() => (Task)(task = begin()));
        return task!.GetAwaiter().GetResult();
    }
}
