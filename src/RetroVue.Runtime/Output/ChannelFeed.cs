using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// One producer's way to the air: the item that plays in it, and at most one that follows at a given time. Items change inside a feed, feeds
/// by <see cref="ChannelOutput.SwitchAt"/> alone.
/// </summary>
/// <remarks>
/// Thread-safe. What happens in a feed that is not on the air changes nothing on the air. Each stream changes over when the item before has
/// given its last buffer, or when buffers of the switch time and later are wanted and it has none left: the next programme starts when the
/// schedule says. A feed that was displaced is over: it drops what it still gets.
/// </remarks>
public sealed class ChannelFeed
{
    private readonly Lock _lock = new();
    private readonly ChannelLine _line;
    private readonly TaskCompletionSource _displaced;
    private ChannelSink? _current;
    private ChannelSink? _next;
    private ClockTime _switchAt = ClockTime.None;
    private ClockTime _giveWayAt = ClockTime.None;
    private ClockTime _beginsAt = ClockTime.None;
    private ClockTime _endsAt = ClockTime.MaxValue;
    private bool _isOver;

    /// <summary>A feed that is not on the air.</summary>
    /// <param name="id">Whose it is.</param>
    /// <param name="line">The channel's time line.</param>
    /// <param name="displaced">What completes when it is displaced.</param>
    internal ChannelFeed(string id, ChannelLine line, TaskCompletionSource displaced) => (Id, _line, _displaced) = (id, line, displaced);

    /// <summary>Whose feed it is, in logs.</summary>
    public string Id { get; }

    /// <summary>Completes when another feed has taken its place on the air.</summary>
    public Task Displaced => _displaced.Task;

    /// <summary>
    /// How long an item may take to bring what the output waits for as it catches up with station time: two seconds. Afterwards the output
    /// goes on without it, or with the next one where that is due already.
    /// </summary>
    internal static ClockTime WaitLimit => ClockTime.FromSeconds(2);

    /// <summary>When the feed gives way to another one, on the channel's line; MaxValue while that is not settled.</summary>
    internal ClockTime EndsAt
    {
        get
        {
            lock (_lock)
            {
                return _endsAt;
            }
        }
    }

    /// <summary>Called when there may be something to take; any thread.</summary>
    internal Action? Arrived { get; set; }

    /// <summary>
    /// Lets an item take over at a time on the channel's line, exactly at a frame; at once where the feed has none. One that was waiting for
    /// its turn is discarded. An item that was due before now is one that the output comes to as it catches up with station time: the one
    /// before it gets as long as <see cref="WaitLimit"/> to begin.
    /// </summary>
    /// <param name="sink">Where the item comes in.</param>
    /// <param name="at">When it takes over.</param>
    public void SwitchAt(ChannelSink sink, ClockTime at)
    {
        ArgumentNullException.ThrowIfNull(sink);
        ClockTime now = _line.Now;
        ChannelSink? replaced;
        ClockTime beginsAt, endsAt;
        lock (_lock)
        {
            (beginsAt, endsAt) = (_beginsAt, _endsAt);
            if (_isOver)
            {
                replaced = sink;
            }
            else if (_current is null)
            {
                (_current, replaced) = (sink, null);
            }
            else
            {
                (replaced, _next) = (_next, sink);
                _switchAt = at;
                _giveWayAt = at > now ? at : now + WaitLimit;
            }

            sink.Arrived = () => Arrived?.Invoke();
        }

        sink.BeginAt(beginsAt);
        if (endsAt < sink.Until)
        {
            sink.EndAt(endsAt);
        }

        replaced?.Discard();
        Arrived?.Invoke();
    }

    /// <summary>Lets an item end later than it was to end, though not later than the feed.</summary>
    /// <returns>False, and nothing changes, if a stream of the item has come to its end already.</returns>
    internal bool TryExtend(ChannelSink sink, ClockTime until)
    {
        lock (_lock)
        {
            until = ClockTime.Min(until, _endsAt);
        }

        return sink.TryExtend(until);
    }

    /// <summary>Completes changes of hands that are due at a time on the channel's line.</summary>
    /// <param name="outputTime">Where the output is.</param>
    internal void Advance(ClockTime outputTime) => Advance(outputTime, hasBegun: true);

    /// <summary>
    /// The next buffer or format change of a stream, decoded before a time; the caller owns it. Null if there is none at the moment.
    /// </summary>
    internal FeedItem? TryTake(MediaKind kind, ClockTime before)
    {
        ChannelSink? current;
        ChannelSink? next;
        lock (_lock)
        {
            bool isOver = _current is null || _current.IsDrained(kind);
            current = isOver ? null : _current;
            next = isOver || before > _switchAt ? _next : null;
        }

        return current?.TryTake(kind, before) ?? next?.TryTake(kind, before);
    }

    /// <summary>The decoding time of the first buffer of a stream; None if there is none.</summary>
    internal ClockTime PeekTime(MediaKind kind)
    {
        lock (_lock)
        {
            return _current?.FirstTime(kind) ?? ClockTime.None;
        }
    }

    /// <summary>The item on the air whose file brings its streams too far apart (<see cref="ChannelSink.IsOutOfOrder"/>); null if it does not.</summary>
    internal ChannelSink? OutOfOrder
    {
        get
        {
            lock (_lock)
            {
                return _current is { IsOutOfOrder: true } current ? current : null;
            }
        }
    }

    /// <summary>True if everything that is decoded before a time can be taken, or will never come.</summary>
    internal bool Covers(ClockTime time)
    {
        lock (_lock)
        {
            return _current is { } current && current.Covers(ClockTime.Min(time, current.Until))
                && (time < current.Until || _next is null || _next.Covers(time));
        }
    }

    /// <summary>
    /// True if everything of a stream that is decoded before a time can be taken, or will never come. Beyond the end of the item on the air
    /// false until it is known what follows.
    /// </summary>
    internal bool Covers(MediaKind kind, ClockTime time)
    {
        lock (_lock)
        {
            return _current is { } current && current.Covers(kind, ClockTime.Min(time, current.Until))
                && (time < current.Until || _next?.Covers(kind, time) == true);
        }
    }

    /// <summary>
    /// True if the item on the air has something of every stream, so that an output can begin; one that has nothing gives way to the
    /// next when that is due.
    /// </summary>
    /// <param name="now">Station time on the channel's line.</param>
    internal bool HasBegun(ClockTime now)
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

    /// <summary>Lets nothing of the feed be presented before a time, and coded pictures begin with a key frame.</summary>
    internal void BeginAt(ClockTime time)
    {
        ChannelSink? current;
        ChannelSink? next;
        lock (_lock)
        {
            _beginsAt = time;
            (current, next) = (_current, _next);
        }

        current?.BeginAt(time);
        next?.BeginAt(time);
    }

    /// <summary>Lets nothing of the feed be presented at a time or later, whatever follows in it.</summary>
    internal void EndAt(ClockTime time)
    {
        ChannelSink? current;
        ChannelSink? next;
        lock (_lock)
        {
            _endsAt = time;
            (current, next) = (_current, _next);
        }

        current?.EndAt(time);
        next?.EndAt(time);
    }

    /// <summary>True if nothing more comes of a stream before a time that the feed has to end at.</summary>
    internal bool IsOver(MediaKind kind, ClockTime time)
    {
        lock (_lock)
        {
            return _current is not { } current || (current.Until >= time && current.IsDrained(kind) && _next?.IsDrained(kind) != false);
        }
    }

    /// <summary>Says that another feed is on the air from now on, and drops what is left.</summary>
    internal void Displace()
    {
        // First: whoever gives the items must not take their end for a failure.
        _displaced.TrySetResult();
        Clear();
    }

    /// <summary>Ends the feed, and drops what is left.</summary>
    internal void Clear()
    {
        ChannelSink? current;
        ChannelSink? next;
        lock (_lock)
        {
            _isOver = true;
            (current, next) = (_current, _next);
            (_current, _next) = (null, null);
        }

        current?.Discard();
        next?.Discard();
    }

    /// <summary>Changes hands where that is due, or where the item on the air has given all it had.</summary>
    private void Advance(ClockTime time, bool hasBegun)
    {
        ChannelSink? ended = null;
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
