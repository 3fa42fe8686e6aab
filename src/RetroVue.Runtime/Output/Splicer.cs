using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Decides which item is on the air: the one on it now, and at most one that follows at a given time. The only place where the channel's
/// content changes hands.
/// </summary>
/// <remarks>
/// Switching is for any thread; taking is for the output's thread. Each stream changes over when the item on the air has given its last
/// buffer, or at the switch time if it has not: the next programme starts when the schedule says.
/// </remarks>
internal sealed class Splicer
{
    private readonly Lock _lock = new();
    private ChannelInput? _current;
    private ChannelInput? _next;
    private ClockTime _switchAt = ClockTime.None;

    /// <summary>Called when there may be something to take; any thread.</summary>
    public Action? Arrived { get; set; }

    /// <summary>
    /// Puts an item on the air at a time on the channel's line; at once where none is. One that was waiting for its turn is discarded.
    /// </summary>
    public void SwitchAt(ChannelInput input, ClockTime at)
    {
        ChannelInput? replaced;
        lock (_lock)
        {
            replaced = _next;
            if (_current is null)
            {
                _current = input;
                replaced = null;
            }
            else
            {
                _next = input;
                _switchAt = at;
            }

            input.Arrived = () => Arrived?.Invoke();
        }

        replaced?.Discard();
        Arrived?.Invoke();
    }

    /// <summary>Completes changes of hands that are due at a time on the channel's line.</summary>
    /// <param name="outputTime">Where the output is.</param>
    public void Advance(ClockTime outputTime)
    {
        ChannelInput? ended = null;
        lock (_lock)
        {
            if (_next is not null && (outputTime >= _switchAt || (IsDrained(MediaKind.Video) && IsDrained(MediaKind.Audio))))
            {
                ended = _current;
                _current = _next;
                _next = null;
            }
        }

        ended?.Discard();
    }

    /// <summary>
    /// The next buffer or format change of a stream, decoded before a time; the caller owns it. Null where there is none at the moment.
    /// </summary>
    public object? TryTake(MediaKind kind, ClockTime before)
    {
        ChannelInput? source;
        lock (_lock)
        {
            source = _current is { } current && !current.IsDrained(kind) ? current : _next ?? _current;
        }

        return source?.TryTake(kind, before);
    }

    /// <summary>The decoding time of the first buffer of a stream; None where there is none.</summary>
    public ClockTime PeekTime(MediaKind kind)
    {
        lock (_lock)
        {
            return _current?.FirstTime(kind) ?? ClockTime.None;
        }
    }

    /// <summary>True where everything that is decoded before a time can be taken, or will never come.</summary>
    public bool Covers(ClockTime time)
    {
        lock (_lock)
        {
            return _current is { } current && current.Covers(ClockTime.Min(time, current.Until))
                && (time < current.Until || _next is null || _next.Covers(time));
        }
    }

    /// <summary>True where everything of a stream that is decoded before a time can be taken, or will never come.</summary>
    public bool Covers(MediaKind kind, ClockTime time)
    {
        lock (_lock)
        {
            return _current is { } current && (current.Covers(kind, time)
                ? !current.IsDrained(kind) || time < current.Until || _next is null || _next.Covers(kind, time)
                : false);
        }
    }

    /// <summary>True where the item on the air has something of every stream; one that ended with nothing gives way to the next.</summary>
    public bool HasBegun()
    {
        Advance(-ClockTime.MaxValue);
        lock (_lock)
        {
            return _current?.HasBegun() == true;
        }
    }

    /// <summary>Takes everything off the air.</summary>
    public void Clear()
    {
        ChannelInput? current;
        ChannelInput? next;
        lock (_lock)
        {
            (current, next) = (_current, _next);
            (_current, _next) = (null, null);
        }

        current?.Discard();
        next?.Discard();
    }

    private bool IsDrained(MediaKind kind) => _current is null || _current.IsDrained(kind);
}
