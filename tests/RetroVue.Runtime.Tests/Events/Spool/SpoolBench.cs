using System.Text.Json;
using NodaTime;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Events.Spool;

namespace RetroVue.Runtime.Tests.Events.Spool;

/// <summary>A spool in a folder of its own, with a log that follows a script. It can be closed and opened again.</summary>
internal sealed class SpoolBench : IAsyncDisposable
{
    public const string Type = "test.Happened";

    private static readonly Instant s_time = Instant.FromUtc(2026, 1, 31, 20, 0);

    private readonly string _root = Directory.CreateTempSubdirectory("rv-spool-").FullName;
    private SpooledEventLog? _spooled;

    public SpoolBench()
    {
        Folder = Path.Combine(_root, "spool");
        Options = OptionsOf(Folder);
    }

    public string Folder { get; }

    public ScriptedLog Log { get; } = new();

    public RecordedLog Lines { get; } = new();

    public TestMeters Meters { get; } = new();

    public EventSpoolOptions Options { get; set; }

    /// <summary>The spooled log; it is opened at the first use.</summary>
    public SpooledEventLog Spooled => _spooled ??= new SpooledEventLog(Log, Options, Lines, Meters);

    /// <summary>The spool's files, in order.</summary>
    public string[] Files => [.. Directory.GetFiles(Folder, "*.spool").Order(StringComparer.Ordinal)];

    /// <summary>Short pauses, and a limit that passes only if the test wants it.</summary>
    public static EventSpoolOptions OptionsOf(string folder) => new()
    {
        Folder = folder,
        AnswerLimit = TimeSpan.FromSeconds(60),
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestPause = TimeSpan.FromMilliseconds(20),
    };

    /// <summary>Makes an event.</summary>
    /// <param name="number">Its number, as its run's id.</param>
    /// <param name="size">The least bytes of its payload.</param>
    /// <param name="producer">Who makes it.</param>
    public static EventEnvelope Event(int number, int size = 0, string producer = "test") => new()
    {
        Id = Guid.NewGuid(),
        Type = Type,
        Producer = producer,
        Time = s_time,
        RunId = number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Payload = JsonSerializer.SerializeToElement(new string('x', size)),
    };

    /// <summary>Makes events with the numbers from 0.</summary>
    public static EventEnvelope[] Events(int count, int size = 0) => [.. Enumerable.Range(0, count).Select(number => Event(number, size))];

    /// <summary>Appends events one by one.</summary>
    public async Task AppendAsync(params EventEnvelope[] events)
    {
        foreach (EventEnvelope one in events)
        {
            await Spooled.AppendAsync(one);
        }
    }

    /// <summary>Closes the spool; the next use opens it again.</summary>
    public async Task CloseAsync()
    {
        if (_spooled is not null)
        {
            await _spooled.DisposeAsync();
            _spooled = null;
        }
    }

    /// <summary>Lets the log work, and waits until the spool is empty.</summary>
    public async Task DrainAsync()
    {
        Log.Work();
        await EmptyAsync();
    }

    /// <summary>Waits until the spool is empty, on the disk too.</summary>
    public async Task EmptyAsync()
    {
        _ = Spooled;
        await Until.TrueAsync(() => Spooled.SpooledEvents == 0 && Files.Length == 0 && Spooled.SpoolSize == 0);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Meters.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}
