using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// The path of one producer to the air: the item that plays in it, and at most one that follows at a given time. Items change inside a
/// feed; feeds change only by <see cref="ChannelOutput.SwitchAt"/>.
/// </summary>
/// <remarks>
/// Thread-safe. A feed that is not on the air cannot change the stream. Each stream of the feed changes to the next item when the item
/// before has given its last buffer, or when the output wants buffers of the switch time or later and the item has none left: so the next
/// programme starts when the schedule says. A displaced feed is over: it drops everything that it still gets.
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

    /// <summary>Makes a feed that is not on the air.</summary>
    /// <param name="id">The id of its producer.</param>
    /// <param name="line">The channel's time line.</param>
    /// <param name="displaced">Completes when another feed takes its place on the air.</param>
    internal ChannelFeed(string id, ChannelLine line, TaskCompletionSource displaced) => (Id, _line, _displaced) = (id, line, displaced);

    /// <summary>The id of its producer, for logs.</summary>
    public string Id { get; }

    /// <summary>Completes when another feed has taken its place on the air.</summary>
    public Task Displaced => _displaced.Task;

    /// <summary>
    /// How long the output waits for media of an item while it catches up with station time: two seconds. Then the output goes on without
    /// the item, or with the next item if that is due already.
    /// </summary>
    internal static ClockTime WaitLimit => ClockTime.FromSeconds(2);

    /// <summary>When the feed ends because another one takes over, on the channel's line; MaxValue while that is not decided.</summary>
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
    /// Lets an item take over at a time on the channel's line, exactly at a frame; at once if the feed has no item. An item that was
    /// waiting for its turn is discarded. If the time is in the past, the output is still catching up with station time: then the item
    /// before gets <see cref="WaitLimit"/> to begin.
    /// </summary>
    /// <param name="sink">The item's sink.</param>
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

    /// <summary>Lets an item end later than planned, but not later than the feed.</summary>
    /// <returns>False, without any change, if a stream of the item has ended already.</returns>
    internal bool TryExtend(ChannelSink sink, ClockTime until)
    {
        lock (_lock)
        {
            until = ClockTime.Min(until, _endsAt);
        }

        return sink.TryExtend(until);
    }

    /// <summary>Completes switches that are due at a time on the channel's line.</summary>
    /// <param name="outputTime">The time that the output has reached.</param>
    internal void Advance(ClockTime outputTime) => Advance(outputTime, hasBegun: true);

    /// <summary>
    /// Takes the next buffer or format change of a stream if it is decoded before a time; the caller owns it. Null if there is none at the
    /// moment.
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

    /// <summary>Returns the decoding time of the first buffer of a stream; None if there is none.</summary>
    internal ClockTime PeekTime(MediaKind kind)
    {
        lock (_lock)
        {
            return _current?.FirstTime(kind) ?? ClockTime.None;
        }
    }

    /// <summary>
    /// The item on the air, if its file stores its streams too far apart (<see cref="ChannelSink.IsOutOfOrder"/>); null if not.
    /// </summary>
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

    /// <summary>True if all media that is decoded before a time has arrived, or will never arrive.</summary>
    internal bool Covers(ClockTime time)
    {
        lock (_lock)
        {
            return _current is { } current && current.Covers(ClockTime.Min(time, current.Until))
                && (time < current.Until || _next is null || _next.Covers(time));
        }
    }

    /// <summary>
    /// True if all media of a stream that is decoded before a time has arrived, or will never arrive. For a time beyond the end of the item
    /// on the air, false until the next item is known.
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
    /// True if the item on the air has media of each stream, so that an output can begin. If it has none, the next item takes its place
    /// when that is due.
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

    /// <summary>Drops all media of the feed that is presented before a time; encoded pictures then begin with a key frame.</summary>
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

    /// <summary>Drops all media of the feed that is presented at a time or later, including that of later items.</summary>
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

    /// <summary>True if the feed has no more media of a stream before a time at which the feed has to end.</summary>
    internal bool IsOver(MediaKind kind, ClockTime time)
    {
        lock (_lock)
        {
            return _current is not { } current || (current.Until >= time && current.IsDrained(kind) && _next?.IsDrained(kind) != false);
        }
    }

    /// <summary>Notes that another feed is on the air from now on, and drops the remaining media.</summary>
    internal void Displace()
    {
        // First: the producer must not take the end of its items for a failure.
        _displaced.TrySetResult();
        Clear();
    }

    /// <summary>Ends the feed, and drops the remaining media.</summary>
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

    /// <summary>Changes to the next item if that is due, or if the item on the air has given all its media.</summary>
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
