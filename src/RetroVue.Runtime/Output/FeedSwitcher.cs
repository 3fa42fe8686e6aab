using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Decides which feed is on the air: one feed, and at most one more that takes over at a given time. A channel changes its producer only
/// here.
/// </summary>
/// <remarks>
/// Any thread may switch; only the output's thread takes. A switch can be revoked until the output wants media of its time. Only then the
/// feed on the air ends: before the first buffer, in decoding order, that would be presented at the switch or later.
/// </remarks>
internal sealed class FeedSwitcher : IPacketSource
{
    private readonly Lock _lock = new();

    /// <summary>The streams that already come from the waiting feed. Only for the output's thread.</summary>
    private readonly HashSet<MediaKind> _hasChanged = [];

    private ChannelFeed? _onAir;
    private ChannelFeed? _waiting;
    private ClockTime _at = ClockTime.MaxValue;
    private bool _isCommitted;

    /// <summary>The time up to which the output has taken media: no feed can take over earlier.</summary>
    private ClockTime _taken = ClockTime.None;

    /// <summary>The longest time from a buffer's decoding to its presentation.</summary>
    private ClockTime _reordering = LeastReordering;

    /// <summary>The value assumed for each film: four pictures at 25 per second, as with two B-frames.</summary>
    public static ClockTime LeastReordering => ClockTime.FromMilliseconds(160);

    /// <summary>A buffer that is presented later than this after its decoding has a wrong time; it must not delay a switch.</summary>
    private static ClockTime MostReordering => ClockTime.FromSeconds(1);

    /// <inheritdoc/>
    public Action? Arrived { get; set; }

    /// <summary>The longest time from decoding to presentation of the buffers that have been on the air so far.</summary>
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

    /// <summary>When the waiting feed takes over; MaxValue if no feed waits.</summary>
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

    /// <summary>
    /// The item on the air, if its file stores its streams too far apart (<see cref="ChannelSink.IsOutOfOrder"/>); null if not.
    /// </summary>
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
    /// Lets a feed take over at a time on the channel's line; at once if no feed is on the air. A feed that was waiting for its turn loses
    /// it. Returns false if the time is nearer than a lead from now, or if media that is presented at that time or later has been taken
    /// already.
    /// </summary>
    /// <exception cref="InvalidOperationException">The feed is on the air, or has been.</exception>
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

    /// <summary>Revokes a feed's turn; false if it has no turn, or the output has wanted media of the switch's time.</summary>
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

        // The feed on the air may never begin. Its items are not discarded: the output reaches them as it catches up.
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
    /// True if all media of a stream that is decoded before a time has arrived, or will never arrive. For a time beyond the end of the item
    /// on the air, false until the next item is known.
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
        // Once the new feed has begun, nothing of the old one may follow, not even a format.
        bool isOver = following is not null && (_hasChanged.Contains(kind) || onAir!.IsOver(kind, at));
        FeedItem? item = isOver ? null : onAir?.TryTake(kind, before);
        if (item?.Buffer is { } buffer && !IsBeforeSwitch(buffer))
        {
            // It arrived after the output looked for the switch. Ending the feed also ends the media behind it.
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

    /// <summary>Takes all feeds off the air.</summary>
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

    /// <summary>Puts the waiting feed on the air if its time has come.</summary>
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

    /// <summary>Limits a time to the last nanosecond before the switch, for the feed on the air.</summary>
    private static ClockTime BeforeSwitch(ClockTime time, ClockTime at) => time < at ? time : at - ClockTime.FromNanoseconds(1);

    /// <summary>
    /// False if a taken buffer is presented at the switch or later. If true, no later switch can be as early as this buffer.
    /// </summary>
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

    /// <summary>
    /// Returns the feeds that hold media up to a decoding time. Ends the feed on the air if the time is so near to the switch.
    /// </summary>
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

        // Outside of the lock, because this calls back to the producer.
        ended?.EndAt(at);
        return wanted;
    }
}
