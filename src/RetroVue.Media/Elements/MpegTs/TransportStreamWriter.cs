using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>
/// Writes an MPEG transport stream (ISO/IEC 13818-1) of one programme. <see cref="Write"/> stores packets; <see cref="AdvanceTo"/> sends
/// everything that is due at an output time.
/// </summary>
/// <remarks>
/// <para>Output time and the packets' times are on one line; its zero is zero of the 33-bit counts, which wrap every 26.5 hours. The clock
/// reference is the output time. A packet begins to be sent <see cref="TransportStreamOptions.Delay"/> before its decoding time, so it has
/// to be written before output time reaches that. Then the bytes depend only on the packets, not on how often time is advanced. A later
/// packet is sent at once, with its own time stamps (see <see cref="LatePackets"/>).</para>
/// <para>Tables and clock references continue when no packets come. Packets of the main track carry the reference: the first picture
/// stream, or the first stream if there are no pictures. Its packets are spread over their duration; the PES of other tracks are sent at
/// once. There are no null packets.</para>
/// <para>For one thread at a time. Advancing allocates nothing once the queues have reached their size.</para>
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

    /// <summary>Makes a writer without streams.</summary>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
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
    /// The end of the presentation of everything written so far, of all streams, on the line of the packets' PTS; None before the first
    /// packet. A packet without a duration counts for a second, or until the next packet of its stream.
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
    /// The last period of more than 100 ms in which no stream had media, on the line of the PTS; None before the first. It is known when
    /// the media after it is written, and only if packets have durations.
    /// </summary>
    public (ClockTime From, ClockTime To) LastHole { get; private set; } = (ClockTime.None, ClockTime.None);

    /// <summary>
    /// The number of packets that began to be sent at or after their decoding time, so that a decoder could not show them in time.
    /// </summary>
    public long LatePackets => _line.LatePackets;

    /// <summary>The number of packets refused because they had no presentation time.</summary>
    public long UntimedPackets { get; private set; }

    /// <summary>The number of packets dropped because they were empty: a frame of no bytes would be a header without a frame.</summary>
    public long EmptyPackets { get; private set; }

    /// <summary>
    /// The number of packets whose wrong times were corrected: decoding times that are later than the presentation, repeat, go back, or are
    /// less than a tick of 90 kHz apart. No presentation time is moved by more than a tick.
    /// </summary>
    public long RepairedPackets => _tracks.Sum(track => track.Repaired);

    /// <summary>The number of packets dropped because their times go back behind packets already written.</summary>
    public long DroppedPackets => _tracks.Sum(track => track.Refused);

    /// <summary>
    /// True if a transport stream can carry a format: H.264, HEVC, MPEG-1 and MPEG-2 video, AAC, MPEG audio, AC-3 and E-AC-3.
    /// </summary>
    /// <exception cref="ArgumentException">Its parameter sets are damaged, or a transport stream cannot carry them.</exception>
    public static bool CanCarry(EncodedFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        return Packaging.For(format) is not null;
    }

    /// <summary>Adds a stream; only before the first <see cref="AdvanceTo"/>.</summary>
    /// <exception cref="ArgumentException">A transport stream cannot carry the format.</exception>
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
    /// Announces that the following packets belong to something else: they have the same codec, the same or other parameters, and decoding
    /// times that do not continue those before.
    /// </summary>
    /// <exception cref="ArgumentException">The codec differs, or a transport stream cannot carry the format.</exception>
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

    /// <summary>
    /// Stores a packet and takes over its reference; packets come in decoding order. A packet without PTS is counted and dropped.
    /// </summary>
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
    /// Sends everything that is due up to an output time. The first call begins the stream there, with tables and a clock reference. A time
    /// earlier than the present output time sends nothing.
    /// </summary>
    /// <param name="outputTime">The time; clock references are sent up to it even if no packets came.</param>
    /// <param name="sink">Receives the packets.</param>
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

    /// <summary>Sends all waiting packets, as if time had advanced until the last one was due: the end of a file.</summary>
    public void Finish(ITransportStreamSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _line.Finish(sink);
    }

    /// <summary>
    /// Continues at another output time, later or earlier, without clock references in between. The next one is marked as discontinuous
    /// (2.4.3.5, discontinuity_indicator), and tables come with it. Waiting packets are kept.
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

    /// <summary>Drops all waiting packets.</summary>
    public void Clear()
    {
        foreach (TransportStreamTrack track in _tracks)
        {
            track.Clear();
        }
    }

    /// <summary>Releases the waiting packets.</summary>
    public void Dispose() => Clear();

    /// <summary>Checks whether the packets written since the last check continue those before, without a hole.</summary>
    private void NoteHole()
    {
        if (_writtenFrom != ClockTime.MaxValue)
        {
            LastHole = _writtenFrom - _writtenUntil > s_leastHole ? (_writtenUntil, _writtenFrom) : LastHole;
            (_writtenFrom, _writtenUntil) = (ClockTime.MaxValue, MediaEnd);
        }
    }

    private static Packaging PackagingFor(EncodedFormat format) => Packaging.For(format)
        ?? throw new ArgumentException($"A transport stream cannot carry {format}.", nameof(format));
}
