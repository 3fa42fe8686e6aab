using Microsoft.Extensions.Logging;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Elements.Probes;

/// <summary>Logs and records the times of all buffers that pass, and changes nothing. If no output is linked, it is a sink.</summary>
/// <remarks>
/// Recording stops at the capacity. Logging costs nothing if debug messages are disabled. <see cref="Snapshot"/> is for any thread. Follows
/// the TimestampDebug element of Parallax's clock plan.
/// </remarks>
public sealed class TimestampProbe : Element
{
    private readonly Lock _lock = new();
    private readonly ILogger? _logger;
    private readonly int _capacity;
    private readonly List<TimestampRecord> _records = [];
    private readonly OutputPad _output;

    /// <summary>Makes a probe.</summary>
    /// <param name="name">The element's name; its log lines contain it.</param>
    /// <param name="capacity">The maximum number of recorded buffers; 0 records none.</param>
    /// <param name="logger">Gets a debug line for each buffer; null for no log.</param>
    public TimestampProbe(string name, int capacity = 0, ILogger? logger = null)
        : base(name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _capacity = capacity;
        _logger = logger;
        AddInput();
        _output = AddOutput();
    }

    /// <summary>The number of buffers that have passed.</summary>
    public long Count { get; private set; }

    /// <summary>Returns the records so far, oldest first.</summary>
    public TimestampRecord[] Snapshot()
    {
        lock (_lock)
        {
            return [.. _records];
        }
    }

    /// <inheritdoc/>
    protected internal override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        Count++;
        if (_records.Count < _capacity)
        {
            var record = new TimestampRecord(
                buffer.Pts,
                buffer.Dts,
                buffer.Duration,
                input.ToRunningTime(buffer.Pts),
                Pipeline.RunningTime,
                buffer.Sequence,
                buffer.Flags,
                buffer.Memory.IsMappable ? buffer.Data.Length : 0);
            lock (_lock)
            {
                _records.Add(record);
            }
        }

        if (_logger is not null)
        {
            MediaLog.BufferSeen(_logger, Name, buffer);
        }

        _output.Push(buffer);
    }

    /// <inheritdoc/>
    protected internal override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        if (_logger is not null)
        {
            MediaLog.EventSeen(_logger, Name, mediaEvent);
        }

        base.OnEvent(input, mediaEvent);
    }
}
