using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Decides which feed is on the air: the one on it now, and at most one that takes over at a given time. The only place where a channel
/// changes hands.
/// </summary>
/// <remarks>
/// Switching is for any thread; taking is for the output's thread. A switch can be revoked until something of its time is wanted: only then
/// is the feed on the air ended, with the first buffer, in decoding order, that would be presented at the switch or later.
/// </remarks>
internal sealed class FeedSwitcher : IPacketSource
{
    private readonly Lock _lock = new();

    /// <summary>The streams that the feed that waits gives already; of the taking thread.</summary>
    private readonly HashSet<MediaKind> _hasChanged = [];

    private ChannelFeed? _onAir;
    private ChannelFeed? _waiting;
    private ClockTime _at = ClockTime.MaxValue;
    private bool _isCommitted;

    /// <summary>Up to when the output has taken what there was: nothing can take over before.</summary>
    private ClockTime _taken = ClockTime.None;

    /// <summary>How long before it is presented a buffer is decoded, at most.</summary>
    private ClockTime _reordering = LeastReordering;

    /// <summary>What is expected of every film: four pictures of twenty-five a second, as with two B-frames.</summary>
    public static ClockTime LeastReordering => ClockTime.FromMilliseconds(160);

    /// <summary>What is presented later after it is decoded has a wrong time, which must hold up no switch.</summary>
    private static ClockTime MostReordering => ClockTime.FromSeconds(1);

    /// <inheritdoc/>
    public Action? Arrived { get; set; }

    /// <summary>How long before it is presented a buffer is decoded, at most, of what has been on the air so far.</summary>
    public ClockTime Reordering
    {
        get
        {
            lock (_lock)
            {
                return _reordering;
            }
        }
    }

    /// <summary>When the feed on the air gives way to the one that waits; MaxValue if none does.</summary>
    public ClockTime SwitchesAt
    {
        get
        {
            lock (_lock)
            {
                return _at;
            }
        }
    }

    /// <summary>The item on the air whose file brings its streams too far apart (<see cref="ChannelSink.IsOutOfOrder"/>); null if it does not.</summary>
    public ChannelSink? OutOfOrder
    {
        get
        {
            lock (_lock)
            {
                return _onAir?.OutOfOrder;
            }
        }
    }

    /// <summary>
    /// Lets a feed take over at a time on the channel's line; at once where none is on the air. One that was waiting for its turn waits no
    /// longer. False if the time is nearer than a lead from now, or something that is presented then or later has been taken already.
    /// </summary>
    /// <exception cref="InvalidOperationException">The feed is on the air, or was.</exception>
    public bool SwitchAt(ChannelFeed feed, ClockTime at, ClockTime now, ClockTime lead)
    {
        bool isFirst;
        lock (_lock)
        {
            if (ReferenceEquals(feed, _onAir) || feed.Displaced.IsCompleted)
            {
                throw new InvalidOperationException($"The feed '{feed.Id}' is on the air or has been; a feed goes on the air once.");
            }

            isFirst = _onAir is null;
            if (isFirst)
            {
                _onAir = feed;
            }
            else if (_isCommitted || at - now < lead || at <= _taken)
            {
                return false;
            }
            else
            {
                (_waiting, _at) = (feed, at);
            }

            feed.Arrived = () => Arrived?.Invoke();
        }

        if (!isFirst)
        {
            feed.BeginAt(at);
        }

        Arrived?.Invoke();
        return true;
    }

    /// <summary>Takes a feed's turn back; false if it has none, or something of the switch's time has been wanted.</summary>
    public bool Revoke(ChannelFeed feed)
    {
        lock (_lock)
        {
            if (_isCommitted || !ReferenceEquals(feed, _waiting))
            {
                return false;
            }

            (_waiting, _at) = (null, ClockTime.MaxValue);
            return true;
        }
    }

    /// <inheritdoc/>
    public void Advance(ClockTime outputTime)
    {
        ChangeHands(outputTime);
        OnAir?.Advance(outputTime);
    }

    /// <inheritdoc/>
    public bool HasBegun(ClockTime now)
    {
        if (OnAir?.HasBegun(now) == true)
        {
            return true;
        }

        // What is on the air may never begin. Its items are left alone: the output comes to them as it catches up.
        ChangeHands(now);
        return OnAir?.HasBegun(now) == true;
    }

    /// <inheritdoc/>
    public ClockTime PeekTime(MediaKind kind) => OnAir?.PeekTime(kind) ?? ClockTime.None;

    /// <inheritdoc/>
    public bool Covers(ClockTime time)
    {
        (ChannelFeed? onAir, ChannelFeed? following, ClockTime at) = Want(time);
        return onAir is not null && onAir.Covers(BeforeSwitch(time, at)) && (time < at || following!.Covers(time));
    }

    /// <summary>
    /// True if everything of a stream that is decoded before a time can be taken, or will never come. Beyond the end of the item on the air
    /// false until it is known what follows.
    /// </summary>
    public bool Covers(MediaKind kind, ClockTime time)
    {
        (ChannelFeed? onAir, ChannelFeed? following, ClockTime at) = Want(time);
        return onAir is not null && onAir.Covers(kind, BeforeSwitch(time, at)) && (time < at || following!.Covers(kind, time));
    }

    /// <inheritdoc/>
    public FeedItem? TryTake(MediaKind kind, ClockTime before)
    {
        (ChannelFeed? onAir, ChannelFeed? following, ClockTime at) = Want(before);
        // What comes of the old feed once the new one has begun, be it a format only, would be in the middle of that.
        bool isOver = following is not null && (_hasChanged.Contains(kind) || onAir!.IsOver(kind, at));
        FeedItem? item = isOver ? null : onAir?.TryTake(kind, before);
        if (item?.Buffer is { } buffer && !IsBeforeSwitch(buffer))
        {
            // Handed over after the switch was looked for. What follows it in the file is ended with it.
            buffer.Release();
            _ = Want(at);
            item = null;
        }

        if (item is null && (isOver || before > at))
        {
            item = following?.TryTake(kind, before);
            if (item is not null)
            {
                _hasChanged.Add(kind);
            }
        }

        return item;
    }

    /// <summary>Takes everything off the air.</summary>
    public void Clear()
    {
        ChannelFeed? onAir;
        ChannelFeed? waiting;
        lock (_lock)
        {
            (onAir, waiting) = (_onAir, _waiting);
            (_onAir, _waiting) = (null, null);
        }

        onAir?.Clear();
        waiting?.Clear();
    }

    private ChannelFeed? OnAir
    {
        get
        {
            lock (_lock)
            {
                return _onAir;
            }
        }
    }

    /// <summary>Puts the feed on the air that waits, where its time has come.</summary>
    private void ChangeHands(ClockTime time)
    {
        ChannelFeed? displaced = null;
        lock (_lock)
        {
            if (_waiting is { } waiting && time >= _at)
            {
                displaced = _onAir;
                (_onAir, _waiting, _at, _isCommitted, _reordering) = (waiting, null, ClockTime.MaxValue, false, LeastReordering);
            }
        }

        if (displaced is not null)
        {
            _hasChanged.Clear();
            displaced.Displace();
        }
    }

    /// <summary>The last time of what is on the air that is before the switch, where a time is beyond it.</summary>
    private static ClockTime BeforeSwitch(ClockTime time, ClockTime at) => time < at ? time : at - ClockTime.FromNanoseconds(1);

    /// <summary>False if what was taken is presented at the switch or later; otherwise no switch can be as early any more.</summary>
    private bool IsBeforeSwitch(MediaBuffer buffer)
    {
        ClockTime decoded = buffer.DecodeOrder;
        ClockTime shown = ClockTime.Min(buffer.Pts, decoded + MostReordering);
        lock (_lock)
        {
            if (_waiting is not null && shown >= _at - ChannelSink.Tick)
            {
                return false;
            }

            _taken = ClockTime.Max(_taken, shown);
            _reordering = ClockTime.Max(_reordering, shown - decoded);
            return true;
        }
    }

    /// <summary>What is on the air, and what is wanted beyond that, up to a decoding time; ends the feed on the air where that is now.</summary>
    private (ChannelFeed? OnAir, ChannelFeed? Following, ClockTime At) Want(ClockTime before)
    {
        ChannelFeed? ended = null;
        (ChannelFeed?, ChannelFeed?, ClockTime) wanted;
        ClockTime at;
        lock (_lock)
        {
            _taken = _taken.IsNone ? before : ClockTime.Max(_taken, before);
            at = _at;
            if (_waiting is not null && !_isCommitted && before + _reordering >= at)
            {
                (_isCommitted, ended) = (true, _onAir);
            }

            wanted = _isCommitted ? (_onAir, _waiting, at) : (_onAir, null, ClockTime.MaxValue);
        }

        // Outside of the lock: who gives the items hears of it.
        ended?.EndAt(at);
        return wanted;
    }
}
