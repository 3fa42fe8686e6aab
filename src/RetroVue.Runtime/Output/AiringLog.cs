using System.Buffers.Binary;
using System.Threading.Channels;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Output;

/// <summary>Reports the packets that an output writes, airing by airing.</summary>
/// <remarks>
/// Only for the output's thread, except for <see cref="Reports"/>. It never waits: if nobody reads, the oldest reports are dropped. Writing
/// allocates nothing. A report is made when an airing begins, at most once a second, and when it ends.
/// </remarks>
/// <param name="run">The id of the run.</param>
/// <param name="line">The channel's time line.</param>
/// <param name="hasPictures">True if the channel has pictures: then generated silence alone is not an airing.</param>
internal sealed class AiringLog(Guid run, ChannelLine line, bool hasPictures)
{
    /// <summary>The reports of eight minutes: a reader has that long, and unread reports cost memory for each channel on the air.</summary>
    internal const int MostReports = 512;

    private static readonly ClockTime s_interval = ClockTime.FromSeconds(1);

    private readonly System.Threading.Channels.Channel<AiringReport> _reports = System.Threading.Channels.Channel.CreateBounded<AiringReport>(
        new BoundedChannelOptions(MostReports) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true });

    /// <summary>The airings on the air, oldest first: mostly one, and two while one stream has gone on and the other has not.</summary>
    private readonly List<Airing> _open = [];

    private AiringReport? _previous;
    private ClockTime _next = ClockTime.None;
    private long _airings;
    private long _sequence;

    /// <summary>The reports, in order.</summary>
    public ChannelReader<AiringReport> Reports => _reports.Reader;

    /// <summary>Notes that a packet was written.</summary>
    public void Note(MediaKind kind, ItemTag? tag, ClockTime pts)
    {
        if (tag is null && hasPictures && kind == MediaKind.Audio)
        {
            return;
        }

        Airing airing = Find(tag);
        airing.Write(kind, pts);
        if (!airing.IsReported)
        {
            airing.IsReported = true;
            Report(airing, AiringEnd.None);
        }
    }

    /// <summary>Once a second, reports the airings on the air, and those that have ended.</summary>
    /// <param name="time">The time that the output has reached, on the channel's line.</param>
    public void Advance(ClockTime time)
    {
        if (time < _next)
        {
            return;
        }

        bool isFirst = _next.IsNone;
        _next = time + s_interval;
        if (isFirst || _open.Count == 0)
        {
            return;
        }

        // Both streams have gone on by now, or one of them has nothing more.
        while (_open.Count > 1 && !_open[0].WasWritten)
        {
            End(_open[0], EndOf(_open[0], _open[1]));
        }

        _open.ForEach(airing => airing.WasWritten = false);
        Report(_open[^1], AiringEnd.None);
    }

    /// <summary>Ends all airings, because the channel goes off the air.</summary>
    public void Close()
    {
        while (_open.Count > 0)
        {
            End(_open[0], _open.Count > 1 ? EndOf(_open[0], _open[1]) : _open[0].Tag?.Failure is null ? AiringEnd.OffAir : AiringEnd.Failed);
        }

        _reports.Writer.TryComplete();
    }

    private static AiringEnd EndOf(Airing ended, Airing following) =>
        ended.Tag?.Failure is not null ? AiringEnd.Failed
        : ended.Tag is { } tag && following.Tag is { } next && tag.Producer != next.Producer ? AiringEnd.Displaced
        : AiringEnd.Followed;

    private Airing Find(ItemTag? tag)
    {
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            if (ReferenceEquals(_open[i].Tag, tag))
            {
                _open[i].WasWritten = true;
                return _open[i];
            }
        }

        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, _airings);
        var begun = new Airing(_airings++, NamedId.Of(run, number), tag);
        _open.Add(begun);
        return begun;
    }

    private void End(Airing airing, AiringEnd end)
    {
        _open.Remove(airing);
        _previous = Report(airing, end) with { Previous = null };
    }

    private AiringReport Report(Airing airing, AiringEnd end)
    {
        var report = new AiringReport(run, airing.Number, airing.Id, airing.Tag, airing.Pictures, airing.Sound, end)
        {
            Sequence = _sequence++,
            At = line.ToInstant(line.Now),
            Previous = _previous,
        };
        _reports.Writer.TryWrite(report);
        return report;
    }

    private sealed class Airing(long number, Guid id, ItemTag? tag)
    {
        public long Number { get; } = number;

        public Guid Id { get; } = id;

        public ItemTag? Tag { get; } = tag;

        public bool IsReported { get; set; }

        /// <summary>True if a packet of it was written since the last look.</summary>
        public bool WasWritten { get; set; } = true;

        public AiredSpan Pictures { get; private set; } = AiredSpan.None;

        public AiredSpan Sound { get; private set; } = AiredSpan.None;

        public void Write(MediaKind kind, ClockTime pts)
        {
            if (kind == MediaKind.Video)
            {
                Pictures = Pictures.With(pts);
            }
            else
            {
                Sound = Sound.With(pts);
            }
        }
    }
}
