using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>
/// Writes an MPEG transport stream (ISO/IEC 13818-1) of one programme, driven by the time at which its bytes go out: packets are stored
/// with <see cref="Write"/>, and <see cref="AdvanceTo"/> gives out everything that is due.
/// </summary>
/// <remarks>
/// <para>Output time and the packets' times are on one line; its zero is zero of the 33-bit counts, which wrap every 26.5 hours. The clock
/// reference is the output time. A packet begins to go out <see cref="TransportStreamOptions.Delay"/> before its decoding time, and so
/// must be written before output time reaches that; then the bytes depend on the packets only, not on how often the time is advanced.
/// A later one goes out at once with its own time stamps (see <see cref="LatePackets"/>).</para>
/// <para>Tables and clock references go on when no packets come. The reference rides in packets of the main track, the first picture
/// stream or else the first stream, which are spread over their duration; the other tracks' PES go out whole. There are no null packets.</para>
/// <para>For one thread at a time. Advancing allocates nothing once the queues have grown to what they hold.</para>
/// </remarks>
public sealed class TransportStreamWriter : IDisposable
{
    private const int FirstPid = 0x100;

    private static readonly ClockTime s_leastHole = ClockTime.FromMilliseconds(100);

    private readonly TransportStreamOptions _options;
    private readonly List<TransportStreamTrack> _tracks = [];
    private readonly OutputLine _line;
    private ClockTime _writtenFrom = ClockTime.MaxValue;
    private ClockTime _writtenUntil = ClockTime.None;

    /// <summary>A writer with no streams yet.</summary>
    /// <exception cref="ArgumentException">The options do not fit each other.</exception>
    public TransportStreamWriter(TransportStreamOptions? options = null)
    {
        _options = options ?? new TransportStreamOptions();
        _options.Validate();
        _line = new OutputLine(_options, _tracks);
    }

    /// <summary>The options.</summary>
    public TransportStreamOptions Options => _options;

    /// <summary>The streams, in the order they were added.</summary>
    public IReadOnlyList<TransportStreamTrack> Tracks => _tracks;

    /// <summary>The output time reached; None before the first <see cref="AdvanceTo"/>.</summary>
    public ClockTime OutputTime => _line.HasBegun ? TransportTicks.FromClock(_line.Now) : ClockTime.None;

    /// <summary>
    /// Where what has been written so far ends to be shown and heard, of all streams; None before the first packet. What does not say how
    /// long it lasts counts for a second, or until the next of its stream comes.
    /// </summary>
    public ClockTime MediaEnd
    {
        get
        {
            ClockTime end = ClockTime.None;
            foreach (TransportStreamTrack track in _tracks)
            {
                end = end.IsNone || track.WrittenUntil > end ? track.WrittenUntil : end;
            }

            return end;
        }
    }

    /// <summary>
    /// The last time for which nothing was written of any stream, of more than 100 ms, on the line of the PTS; None before the first. It is
    /// known when what follows on it is written, and where packets say how long they last.
    /// </summary>
    public (ClockTime From, ClockTime To) LastHole { get; private set; } = (ClockTime.None, ClockTime.None);

    /// <summary>Packets that began to go out at or after their decoding time: a decoder had no chance to show them in time.</summary>
    public long LatePackets => _line.LatePackets;

    /// <summary>Packets refused because they had no presentation time.</summary>
    public long UntimedPackets { get; private set; }

    /// <summary>Packets left out because there was nothing in them: a frame of no bytes would be a header without a frame.</summary>
    public long EmptyPackets { get; private set; }

    /// <summary>
    /// Packets whose times were wrong and were put right: decoding times that are later than the presentation, repeat, go back or are less
    /// than a tick of 90 kHz apart. No presentation time moves by more than a tick.
    /// </summary>
    public long RepairedPackets => _tracks.Sum(track => track.Repaired);

    /// <summary>Packets left out, because they go back in time behind what was written.</summary>
    public long DroppedPackets => _tracks.Sum(track => track.Refused);

    /// <summary>Whether a format can be carried: H.264, HEVC, MPEG-1 and -2 video, AAC, MPEG audio, AC-3 and E-AC-3.</summary>
    /// <exception cref="ArgumentException">Its parameter sets are damaged or have no place in a transport stream.</exception>
    public static bool CanCarry(EncodedFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        return Packaging.For(format) is not null;
    }

    /// <summary>Adds a stream; only before the first <see cref="AdvanceTo"/>.</summary>
    /// <exception cref="ArgumentException">The format cannot be carried.</exception>
    /// <exception cref="InvalidOperationException">The stream has begun.</exception>
    public TransportStreamTrack AddTrack(EncodedFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        if (_line.HasBegun)
        {
            throw new InvalidOperationException("Streams can be added only before the first output.");
        }

        var track = new TransportStreamTrack(_options, format, PackagingFor(format), FirstPid + _tracks.Count);
        _tracks.Add(track);
        return track;
    }

    /// <summary>
    /// Says that the packets written next are of something else: of the same codec, with the same or other parameters, and with decoding times that
    /// do not follow from what was presented before.
    /// </summary>
    /// <exception cref="ArgumentException">The codec is another one, or the format cannot be carried.</exception>
    public void ChangeFormat(TransportStreamTrack track, EncodedFormat format)
    {
        ArgumentNullException.ThrowIfNull(track);
        ArgumentNullException.ThrowIfNull(format);
        Packaging packaging = format.Equals(track.Format) ? track.Packaging : PackagingFor(format);
        if (_line.HasBegun && packaging.StreamType != track.Packaging.StreamType)
        {
            throw new ArgumentException($"The stream of PID {track.Pid} is {track.Format.Codec} and cannot become {format.Codec}.", nameof(format));
        }

        track.ChangeFormat(format, packaging);
    }

    /// <summary>Stores a packet, whose reference is taken over, in the order of decoding. One without PTS is counted and dropped.</summary>
    public void Write(TransportStreamTrack track, MediaBuffer packet)
    {
        ArgumentNullException.ThrowIfNull(track);
        ArgumentNullException.ThrowIfNull(packet);
        if (packet.Pts.IsNone)
        {
            UntimedPackets++;
            packet.Release();
            return;
        }

        if (packet.Data.IsEmpty)
        {
            EmptyPackets++;
            packet.Release();
            return;
        }

        _writtenFrom = ClockTime.Min(_writtenFrom, packet.Pts);
        track.Add(packet);
    }

    /// <summary>
    /// Gives out all that is due up to an output time. The first call begins the stream there, with tables and clock reference; an earlier
    /// time than that reached gives out nothing.
    /// </summary>
    /// <param name="outputTime">The time; clock references go up to it even where no packets came.</param>
    /// <param name="sink">Where the packets go.</param>
    /// <exception cref="ArgumentException"><paramref name="outputTime"/> is None.</exception>
    public void AdvanceTo(ClockTime outputTime, ITransportStreamSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        if (outputTime.IsNone)
        {
            throw new ArgumentException("Output time cannot be None.", nameof(outputTime));
        }

        long target = TransportTicks.Clock(outputTime);
        if (!_line.HasBegun)
        {
            _line.BeginAt(target);
        }

        NoteHole();
        _line.AdvanceTo(target, sink);
    }

    /// <summary>Gives out all packets that wait, as if time had advanced until the last one was due: the end of a file.</summary>
    public void Finish(ITransportStreamSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _line.Finish(sink);
    }

    /// <summary>
    /// Continues at another output time, later or earlier, without the clock references in between: the next one is marked as discontinuous
    /// (2.4.3.5, discontinuity_indicator) and tables come with it. Packets that wait stay.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="outputTime"/> is None.</exception>
    public void JumpTo(ClockTime outputTime)
    {
        if (outputTime.IsNone)
        {
            throw new ArgumentException("Output time cannot be None.", nameof(outputTime));
        }

        _line.JumpTo(TransportTicks.Clock(outputTime));
    }

    /// <summary>Drops all packets that wait.</summary>
    public void Clear()
    {
        foreach (TransportStreamTrack track in _tracks)
        {
            track.Clear();
        }
    }

    /// <summary>Releases the packets that wait.</summary>
    public void Dispose() => Clear();

    /// <summary>Looks whether what was written since it was last looked follows on what was written before.</summary>
    private void NoteHole()
    {
        if (_writtenFrom != ClockTime.MaxValue)
        {
            LastHole = _writtenFrom - _writtenUntil > s_leastHole ? (_writtenUntil, _writtenFrom) : LastHole;
            (_writtenFrom, _writtenUntil) = (ClockTime.MaxValue, MediaEnd);
        }
    }

    private static Packaging PackagingFor(EncodedFormat format) => Packaging.For(format)
        ?? throw new ArgumentException($"A transport stream has no place for {format}.", nameof(format));
}
