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
/// buffer, or when buffers of the switch time and later are wanted and it has none left: the next programme starts when the schedule says.
/// </remarks>
internal sealed class Splicer
{
    private readonly Lock _lock = new();
    private ChannelInput? _current;
    private ChannelInput? _next;
    private ClockTime _switchAt = ClockTime.None;
    private ClockTime _giveWayAt = ClockTime.None;

    /// <summary>
    /// How long an item may take to bring what the output waits for as it catches up with station time: two seconds. Afterwards the output
    /// goes on without it, or with the next one where that is due already.
    /// </summary>
    public static ClockTime WaitLimit => ClockTime.FromSeconds(2);

    /// <summary>Called when there may be something to take; any thread.</summary>
    public Action? Arrived { get; set; }

    /// <summary>
    /// Puts an item on the air at a time on the channel's line; at once where none is. One that was waiting for its turn is discarded.
    /// </summary>
    /// <param name="input">The item.</param>
    /// <param name="at">When it takes over.</param>
    /// <param name="now">
    /// Station time. An item that was due before then is one that the output comes to as it catches up: the one before it gets as long as
    /// <see cref="WaitLimit"/> to begin.
    /// </param>
    public void SwitchAt(ChannelInput input, ClockTime at, ClockTime now)
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
                _giveWayAt = at > now ? at : now + WaitLimit;
            }

            input.Arrived = () => Arrived?.Invoke();
        }

        replaced?.Discard();
        Arrived?.Invoke();
    }

    /// <summary>Completes changes of hands that are due at a time on the channel's line.</summary>
    /// <param name="outputTime">Where the output is.</param>
    public void Advance(ClockTime outputTime) => Advance(outputTime, hasBegun: true);

    /// <summary>
    /// The next buffer or format change of a stream, decoded before a time; the caller owns it. Null where there is none at the moment.
    /// </summary>
    public object? TryTake(MediaKind kind, ClockTime before)
    {
        ChannelInput? current;
        ChannelInput? next;
        lock (_lock)
        {
            bool isOver = _current is null || _current.IsDrained(kind);
            current = isOver ? null : _current;
            next = isOver || before > _switchAt ? _next : null;
        }

        return current?.TryTake(kind, before) ?? next?.TryTake(kind, before);
    }

    /// <summary>The decoding time of the first buffer of a stream; None where there is none.</summary>
    public ClockTime PeekTime(MediaKind kind)
    {
        lock (_lock)
        {
            return _current?.FirstTime(kind) ?? ClockTime.None;
        }
    }

    /// <summary>The item on the air whose file brings its streams too far apart (<see cref="ChannelInput.IsOutOfOrder"/>); null where it does not.</summary>
    public ChannelInput? OutOfOrder
    {
        get
        {
            lock (_lock)
            {
                return _current is { IsOutOfOrder: true } current ? current : null;
            }
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

    /// <summary>
    /// True where everything of a stream that is decoded before a time can be taken, or will never come. Beyond the end of the item on the air
    /// false until it is known what follows.
    /// </summary>
    public bool Covers(MediaKind kind, ClockTime time)
    {
        lock (_lock)
        {
            return _current is { } current && current.Covers(kind, ClockTime.Min(time, current.Until))
                && (time < current.Until || _next?.Covers(kind, time) == true);
        }
    }

    /// <summary>
    /// True where the item on the air has something of every stream, so that an output can begin; one that has nothing gives way to the
    /// next when that is due.
    /// </summary>
    /// <param name="now">Station time on the channel's line.</param>
    public bool HasBegun(ClockTime now)
    {
        Advance(ClockTime.None, hasBegun: false);
        lock (_lock)
        {
            if (_current?.HasBegun() == true)
            {
                return true;
            }
        }

        Advance(now, hasBegun: false);
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

    /// <summary>Changes hands where that is due, or where the item on the air has given all it had.</summary>
    private void Advance(ClockTime time, bool hasBegun)
    {
        ChannelInput? ended = null;
        lock (_lock)
        {
            bool isDue = time >= (hasBegun ? _switchAt : _giveWayAt);
            if (_next is not null && (isDue || (IsDrained(MediaKind.Video) && IsDrained(MediaKind.Audio))))
            {
                ended = _current;
                _current = _next;
                _next = null;
            }
        }

        ended?.Discard();
    }

    private bool IsDrained(MediaKind kind) => _current is null || _current.IsDrained(kind);
}
