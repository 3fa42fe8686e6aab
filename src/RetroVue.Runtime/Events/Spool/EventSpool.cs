using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace RetroVue.Runtime.Events.Spool;

/// <summary>The files of events that the log has not taken yet. Appends that come together share one flush. Thread-safe.</summary>
internal sealed class EventSpool : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly EventSpoolOptions _options;
    private readonly RuntimeTelemetry _telemetry;
    private readonly ILogger _logger;
    private readonly SpoolFolder _folder;
    private readonly List<SpoolSegment> _segments;
    private readonly SpoolWriter _writer;
    private readonly Queue<Waiting> _waiting = new();
    private readonly Channel<bool> _more = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Task _writing = Task.CompletedTask;
    private bool _isWriting;
    private bool _isClosed;
    private bool _isFull;
    private bool _hasFailed;
    private long _events;
    private long _size;

    /// <summary>Opens the spool's folder.</summary>
    /// <exception cref="EventException">It cannot be used.</exception>
    public EventSpool(EventSpoolOptions options, RuntimeTelemetry telemetry, ILogger logger)
    {
        (_options, _telemetry, _logger) = (options, telemetry, logger);
        _folder = new SpoolFolder(options, logger);
        (_segments, _events) = (_folder.Segments, _folder.Events);
        _writer = new SpoolWriter(options, _folder.LastNumber);
        _size = _segments.Sum(segment => segment.Length);
        telemetry.Watch(this);
    }

    /// <summary>True if no event is in it, and none is on its way.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _segments.Count == 0 && !_isWriting;
            }
        }
    }

    /// <summary>The events that are acknowledged and not yet in the log.</summary>
    public long Events
    {
        get
        {
            lock (_gate)
            {
                return _events;
            }
        }
    }

    /// <summary>The bytes of its files.</summary>
    public long Size
    {
        get
        {
            lock (_gate)
            {
                return _size;
            }
        }
    }

    /// <summary>Writes events behind all others, durably.</summary>
    /// <param name="events">The events of one append.</param>
    /// <param name="why">Why the log does not take them; null if others wait before them.</param>
    /// <exception cref="EventException">There is no room, or the disk failed.</exception>
    public Task AddAsync(IReadOnlyList<EventEnvelope> events, Exception? why)
    {
        byte[]? record = SpoolFormat.Write(events, Math.Min(_options.MaxSize - SpoolFormat.HeaderSize, SpoolFormat.MaxRecord));
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(SpooledEventLog));
            if (record is null || _size + Reserved(record) > _options.MaxSize)
            {
                throw Full(events.Count, record is null, why);
            }

            if (_segments.Count == 0 && !_isWriting)
            {
                RuntimeLog.SpoolBegun(_logger, _options.Folder, why);
            }

            _size += Reserved(record);
            var waiting = new Waiting(record, events.Count, why);
            _waiting.Enqueue(waiting);
            if (!_isWriting)
            {
                _isWriting = true;
                _writing = Task.Run(WriteAll);
            }

            return waiting.Written.Task;
        }
    }

    /// <summary>Waits until something may have changed for the reader.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => await _more.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Reads the first record at a position or after it; null if there is none. Only one thread may read.</summary>
    /// <param name="position">The position. It is moved behind what is damaged.</param>
    /// <exception cref="IOException">The disk failed.</exception>
    public SpoolRecord? Read(ref SpoolPosition position)
    {
        while (Find(position) is ({ } segment, var offset))
        {
            if (segment.ReadRecord(offset) is { } bytes && TryRead(bytes) is { } events)
            {
                return new SpoolRecord(events, bytes.Length, new SpoolPosition(segment.Number, offset + bytes.Length));
            }

            long next = segment.FindRecord(offset);
            if (segment.AddDamage(offset))
            {
                RuntimeLog.SpoolDamaged(_logger, segment.Path, next - offset, offset, segment.DamagedPath);
            }

            position = new SpoolPosition(segment.Number, next);
        }

        return null;
    }

    /// <summary>Notes that events are in the log, or put aside.</summary>
    public void Took(int events)
    {
        lock (_gate)
        {
            _events -= events;
        }
    }

    /// <summary>Deletes the files whose records all lie before a position; false if there are none.</summary>
    /// <exception cref="IOException">A file cannot be deleted; it is not delivered again by this process.</exception>
    public bool Drop(SpoolPosition position)
    {
        SpoolSegment segment;
        lock (_gate)
        {
            if (_segments.Count == 0 || position.IsBefore(new SpoolPosition(_segments[0].Number, _segments[0].Length)))
            {
                return false;
            }

            segment = _segments[0];
            if (segment == _writer.Active)
            {
                if (_isWriting)
                {
                    return false;
                }

                _writer.Dispose();
            }

            _segments.RemoveAt(0);
            if (_segments.Count == 0 && !_isWriting)
            {
                // Also what was damaged, and never came.
                _events = 0;
            }
        }

        segment.Dispose();
        if (segment.IsDamaged)
        {
            _options.Disk.Move(segment.Path, segment.DamagedPath);
        }
        else
        {
            _options.Disk.Delete(segment.Path);
        }

        lock (_gate)
        {
            _size -= segment.Length;
            _isFull = false;
        }

        _options.Disk.FlushFolder(_options.Folder);
        return true;
    }

    /// <summary>Takes no more events, waits until those that were added are written, and gives the folder back. Nobody reads any more.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
        }

        await _writing.ConfigureAwait(false);
        _writer.Dispose();
        _segments.ForEach(segment => segment.Dispose());
        _folder.Dispose();
        _telemetry.Forget(this);
    }

    private static EventEnvelope[]? TryRead(ReadOnlySpan<byte> record)
    {
        try
        {
            return SpoolFormat.Read(record);
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or ArgumentException)
        {
            return null;
        }
    }

    private (SpoolSegment? Segment, long Offset) Find(SpoolPosition position)
    {
        lock (_gate)
        {
            foreach (SpoolSegment segment in _segments)
            {
                long offset = segment.Number == position.Segment ? position.Offset : SpoolFormat.HeaderSize;
                if (segment.Number >= position.Segment && offset < segment.Length)
                {
                    return (segment, offset);
                }
            }

            return default;
        }
    }

    // The gate is held.
    private EventException Full(int events, bool isTooLarge, Exception? why)
    {
        _telemetry.SpoolRefused(events, "full");
        if (!_isFull)
        {
            _isFull = true;
            RuntimeLog.SpoolFull(_logger, _options.Folder, _size, _options.MaxSize);
        }

        string problem = isTooLarge ? "is too small for these events" : "is full";
        return new EventException(
            $"The log of events does not take events now, and its spool in '{_options.Folder}' {problem}: it has {_size:N0} bytes of at most {_options.MaxSize:N0}. The event is not kept{Unless(why)}. Make the log's database work again, or increase {nameof(EventSpoolOptions)}.{nameof(EventSpoolOptions.MaxSize)}.",
            isTransient: true,
            why);
    }

    private void WriteAll()
    {
        var group = new List<Waiting>();
        while (true)
        {
            lock (_gate)
            {
                group.Clear();
                long size = 0;
                while (_waiting.TryPeek(out Waiting? next) && (group.Count == 0 || size + next.Record.Length <= _options.SegmentSize))
                {
                    size += next.Record.Length;
                    group.Add(_waiting.Dequeue());
                }

                if (group.Count == 0)
                {
                    _isWriting = false;
                    _more.Writer.TryWrite(true);
                    return;
                }
            }

            Exception? error = TryWrite(group);
            if (error is not null)
            {
                Fail(group, error);
            }

            foreach (Waiting waiting in group)
            {
                if (error is null)
                {
                    waiting.Written.TrySetResult();
                }
                else
                {
                    waiting.Written.TrySetException(new EventException(
                        $"The log of events does not take events now, and its spool in '{_options.Folder}' cannot be written: {error.Message} The event is not kept{Unless(waiting.Why)}. Make room on the disk, or repair it, or make the log's database work again.",
                        isTransient: true,
                        error));
                }
            }

            _more.Writer.TryWrite(true);
        }
    }

    private static string Unless(Exception? why) => why is null ? "" : ", unless the log has written it nevertheless";

    /// <summary>Returns the most bytes that a record takes: it may have to begin a file.</summary>
    private static long Reserved(byte[] record) => SpoolFormat.HeaderSize + record.Length;

    private void Fail(List<Waiting> group, Exception error)
    {
        int events = group.Sum(waiting => waiting.Events);
        _telemetry.SpoolRefused(events, "failed");
        if (!_hasFailed)
        {
            _hasFailed = true;
            RuntimeLog.SpoolFailed(_logger, _options.Folder, error);
        }

        lock (_gate)
        {
            _size -= group.Sum(waiting => Reserved(waiting.Record));
        }
    }

    /// <summary>Writes a group; returns why that is impossible, or null.</summary>
    private Exception? TryWrite(List<Waiting> group)
    {
        byte[] bytes = new byte[group.Sum(waiting => waiting.Record.Length)];
        Span<byte> rest = bytes;
        foreach (Waiting waiting in group)
        {
            waiting.Record.CopyTo(rest);
            rest = rest[waiting.Record.Length..];
        }

        try
        {
            SpoolSegment segment = _writer.Write(bytes);
            lock (_gate)
            {
                if (segment.Length == SpoolFormat.HeaderSize)
                {
                    _segments.Add(segment);
                    _size += SpoolFormat.HeaderSize;
                }

                _size += bytes.Length - group.Sum(waiting => Reserved(waiting.Record));
                segment.Length += bytes.Length;
                _events += group.Sum(waiting => waiting.Events);
            }

            _hasFailed = false;
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    /// <summary>An append that waits until it is on the disk.</summary>
    private sealed record Waiting(byte[] Record, int Events, Exception? Why)
    {
        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
