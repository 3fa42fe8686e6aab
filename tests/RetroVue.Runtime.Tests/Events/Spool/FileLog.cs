using System.Data.Common;
using System.Globalization;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Tests.Events.Spool;

/// <summary>A log in a file, a line for each event, that outlives its process. It keeps one event of an id.</summary>
internal sealed class FileLog : IEventLog, IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<Guid> _ids = [];
    private readonly FileStream _file;

    public FileLog(string path)
    {
        // Without buffer: each append is one write, which a killed process has made or not.
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        Lines = [];
        using var reader = new StreamReader(_file, leaveOpen: true);
        while (reader.ReadLine() is { } line)
        {
            Lines.Add(line);
            _ids.Add(Guid.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture));
        }

        _file.Seek(0, SeekOrigin.End);
    }

    /// <summary>The ids and names of the events in the log.</summary>
    public List<string> Lines { get; }

    /// <summary>What an append does before it writes.</summary>
    public Func<CancellationToken, Task> Before { get; set; } = static _ => Task.CompletedTask;

    /// <summary>What an append does after it has written.</summary>
    public Func<Task> After { get; set; } = static () => Task.CompletedTask;

    public async Task<Guid> AppendAsync(EventEnvelope @event, DbTransaction? transaction = null, CancellationToken cancellationToken = default) =>
        (await AppendAsync([@event], transaction, cancellationToken))[0];

    public async Task<IReadOnlyList<Guid>> AppendAsync(
        IReadOnlyList<EventEnvelope> events, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        await Before(cancellationToken);
        Write(events);
        await After();
        return [.. events.Select(one => one.Id)];
    }

    public Task<IReadOnlyList<LoggedEvent>> ReadFromAsync(long offset, int limit = 100, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<long> GetLatestOffsetAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task WaitForAsync(long offset, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IAsyncDisposable> SubscribeAsync(
        IReadOnlyCollection<string> types,
        Func<EventEnvelope, bool>? predicate,
        Func<LoggedEvent, CancellationToken, Task> handler,
        long? after = null,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public void Dispose() => _file.Dispose();

    private void Write(IReadOnlyList<EventEnvelope> events)
    {
        lock (_lock)
        {
            string[] lines = [.. events.Where(one => _ids.Add(one.Id)).Select(one => $"{one.Id} {one.RunId}")];
            Lines.AddRange(lines);
            _file.Write(System.Text.Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + '\n'))));
        }
    }
}
