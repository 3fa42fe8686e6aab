using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>One elementary stream of a <see cref="TransportStreamWriter"/>: its packets wait here until they are due.</summary>
public sealed class TransportStreamTrack
{
    /// <summary>How far a frame of sound may be off the grid of its PES: some files round time stamps to milliseconds.</summary>
    private static readonly ClockTime s_gridTolerance = ClockTime.FromMilliseconds(1);

    private readonly ClockTime _longestPes;
    private readonly long _lead;
    private readonly DecodingTimes _times;
    private Packet[] _packets = new Packet[64];
    private int _first;
    private long _lastDts = long.MinValue;

    // Kept from packet to packet, because computing them takes a division.
    private Spread _spread;
    private long _time;
    private long _following;
    private bool _isEndUnknown;

    internal TransportStreamTrack(TransportStreamOptions options, EncodedFormat format, Packaging packaging, int pid)
    {
        Format = format;
        Packaging = packaging;
        Pid = pid;
        _times = new DecodingTimes(format.ReorderDepth);
        _longestPes = options.SoundPesDuration;
        ShownUntil = IsVideo ? long.MaxValue : long.MinValue;
        // Sound waits until all frames that may share its PES have come.
        _lead = TransportTicks.Clock(IsVideo ? options.Delay : options.Delay - options.SoundPesDuration);
    }

    /// <summary>The format of the newest packets.</summary>
    public EncodedFormat Format { get; private set; }

    /// <summary>The packet identifier.</summary>
    public int Pid { get; }

    /// <summary>True for a picture stream.</summary>
    public bool IsVideo => Format.Kind == MediaKind.Video;

    /// <summary>The number of written packets that have not begun to be sent.</summary>
    public int Waiting { get; private set; }

    /// <summary>The end of the presentation of all packets written so far; None before the first.</summary>
    internal ClockTime WrittenUntil { get; private set; } = ClockTime.None;

    /// <summary>
    /// The end of the presentation of all pictures or sound sent so far, in system clock ticks. The largest number before the first picture
    /// and after a picture without a duration; the smallest number before the first sound.
    /// </summary>
    internal long ShownUntil { get; private set; }

    /// <summary>True if no picture is shown at a time and none is being sent: the next picture, if there is one, is a key frame.</summary>
    internal bool HasStopped(long time) => ShownUntil <= time && Pes.Remaining == 0 && (Waiting == 0 || FirstBuffer.IsKeyFrame);

    /// <summary>The assumed duration of a packet that has none, until the next packet comes.</summary>
    internal static ClockTime LongestUnknown { get; } = ClockTime.FromSeconds(1);

    /// <summary>The number of packets whose wrong times were corrected.</summary>
    internal long Repaired => _times.Repaired;

    /// <summary>The number of packets dropped, because they would be presented before packets already written.</summary>
    internal long Refused => _times.Refused;

    /// <summary>The longest time over which a picture's packets are spread.</summary>
    internal static ClockTime LongestSpread { get; } = ClockTime.FromMilliseconds(100);

    internal Packaging Packaging { get; private set; }

    /// <summary>The PES that is being sent; nothing remains of it if there is none.</summary>
    internal PesPacket Pes { get; } = new();

    /// <summary>Continuity counter of the next packet with payload; low four bits.</summary>
    internal int Counter { get; set; }

    /// <summary>The number of packets of the present PES that have been sent.</summary>
    internal int PacketsOut { get; private set; }

    /// <summary>The buffer of the next packet.</summary>
    internal MediaBuffer FirstBuffer => At(0).Buffer;

    /// <summary>The output time of the next packet, in system clock ticks; the largest number if none waits.</summary>
    internal long NextTime => Pes.Remaining > 0
        ? _time
        : Waiting == 0 ? long.MaxValue : Math.Max(FirstDts - _lead, _spread.End);

    /// <summary>Decoding time of the next packet, in system clock ticks.</summary>
    internal long FirstDts => At(0).Dts * TransportTicks.PerStamp;

    internal void ChangeFormat(EncodedFormat format, Packaging packaging)
    {
        (Format, Packaging) = (format, packaging);
        _times.Continue(format.ReorderDepth);
    }

    /// <summary>Allows the times of the following packets to be earlier than those so far.</summary>
    internal void RestartTimes() => _times.Restart();

    /// <summary>
    /// Begins a new line of output times: the rest of the present PES is sent at once, and the next PES does not wait for it.
    /// </summary>
    internal void BeginLine(long now)
    {
        _spread = new Spread(now, 0, _spread.Bytes);
        (_time, _following) = (now, now);
    }

    /// <summary>True if the PES's next packet should carry a clock reference.</summary>
    /// <param name="due">The latest time of the reference.</param>
    internal bool CarriesPcr(long due) => Spread.CarriesPcr(_time, _following, due);

    /// <summary>Notes that a packet of the PES has been sent.</summary>
    internal void CountPacket()
    {
        if (++PacketsOut < _spread.Packets)
        {
            (_time, _following) = (_following, _spread.TimeAfter(PacketsOut));
        }
    }

    /// <summary>
    /// Stores a packet with corrected times, and takes over its reference; drops the packet if its times cannot be corrected.
    /// </summary>
    internal void Add(MediaBuffer buffer)
    {
        long pts = TransportTicks.Stamp(buffer.Pts);
        long dts = buffer.Dts.IsNone ? DecodingTimes.None : TransportTicks.Stamp(buffer.Dts);
        if (!_times.TryRepair(ref pts, ref dts, buffer.Duration.IsNone ? 0 : TransportTicks.Stamp(buffer.Duration)))
        {
            buffer.Release();
            return;
        }

        if (Waiting == _packets.Length)
        {
            Grow();
        }

        ClockTime end = buffer.Pts + (buffer.Duration.IsNone ? LongestUnknown : buffer.Duration);
        WrittenUntil = WrittenUntil.IsNone || _isEndUnknown ? end : ClockTime.Max(WrittenUntil, end);
        _isEndUnknown = buffer.Duration.IsNone;
        _packets[(_first + Waiting++) & (_packets.Length - 1)] = new Packet(buffer, Packaging, pts, dts);
    }

    /// <summary>Begins the next PES with one picture or with as many frames of sound as share it.</summary>
    /// <param name="start">The output time of its first packet, in system clock ticks.</param>
    /// <param name="isSpread">True to spread its packets over its duration; false to send them at once.</param>
    /// <param name="pcr">If its packets carry clock references, the time of the last one and the longest interval between two.</param>
    internal void BeginPes(long start, bool isSpread, (long Last, long Interval) pcr)
    {
        int count = 1;
        long duration = 0;
        if (IsVideo)
        {
            duration = isSpread ? PictureDuration(start) : 0;
            ClockTime end = FirstBuffer.Pts + FirstBuffer.Duration;
            long ticks = end.IsNone ? long.MaxValue : TransportTicks.Clock(end);
            ShownUntil = ticks == long.MaxValue || ShownUntil == long.MaxValue ? ticks : Math.Max(ShownUntil, ticks);
        }
        else
        {
            (count, duration) = ChooseFrames(start, isSpread, pcr);
            ShownUntil = TransportTicks.Clock(FirstBuffer.Pts) + duration;
        }

        Packet first = At(0);
        Pes.Begin(first.Packaging.StreamId, first.Pts, first.Dts);
        for (int i = 0; i < count; i++)
        {
            Packet packet = Take();
            packet.Packaging.AddTo(Pes, packet.Buffer);
            Pes.Hold(packet.Buffer);
        }

        Pes.End();
        PacketsOut = 0;
        _spread = new Spread(start, isSpread ? duration : 0, Pes.Remaining);
        (_time, _following) = (start, _spread.TimeAfter(0));
    }

    /// <summary>Releases all packets that wait or are being sent.</summary>
    internal void Clear()
    {
        Pes.Release();
        while (Waiting > 0)
        {
            Take().Buffer.Release();
        }
    }

    /// <summary>
    /// Returns the time over which a picture's packets are spread: its duration, but at most the last step of decoding times, so that wrong
    /// durations cannot delay the stream; and not beyond its own decoding time, so that a late picture delays no other.
    /// </summary>
    private long PictureDuration(long start)
    {
        Packet picture = At(0);
        long step = _lastDts == long.MinValue ? 0 : (picture.Dts - _lastDts) * TransportTicks.PerStamp;
        _lastDts = picture.Dts;
        long duration = picture.Buffer.Duration.IsNone ? step : Math.Min(step, TransportTicks.Clock(picture.Buffer.Duration));
        return Math.Clamp(Math.Min(duration, FirstDts - start), 0, TransportTicks.Clock(LongestSpread));
    }

    /// <summary>Chooses how many of the consecutive frames share a PES, so that the share of stuffing is smallest.</summary>
    private (int Count, long Duration) ChooseFrames(long start, bool isSpread, (long Last, long Interval) pcr)
    {
        Packet first = At(0);
        int bytes = PesPacket.ShortHeader;
        (int Count, long Duration, int Bytes, int Stuffing) best = (0, 0, 1, int.MaxValue);
        for (int i = 0; i < Waiting; i++)
        {
            Packet packet = At(i);
            ClockTime offset = first.Packaging.OffsetOf(i);
            bool follows = ReferenceEquals(packet.Packaging, first.Packaging)
                && (packet.Buffer.Flags & BufferFlags.Discontinuity) == BufferFlags.None
                && (packet.Buffer.Pts - first.Buffer.Pts - offset).Abs() <= s_gridTolerance;
            ClockTime end = first.Packaging.OffsetOf(i + 1);
            bytes += packet.Packaging.LengthOf(packet.Buffer);
            bool fits = end <= _longestPes && bytes - 6 <= PesPacket.MaxLength;
            if (i > 0 && !(follows && fits))
            {
                break;
            }

            long duration = end.IsNone ? 0 : TransportTicks.Clock(end);
            int stuffing = new Spread(start, isSpread ? duration : 0, bytes).Stuffing(isSpread ? pcr : null);
            if (best.Count == 0 || (long)stuffing * best.Bytes <= (long)best.Stuffing * bytes)
            {
                best = (i + 1, duration, bytes, stuffing);
            }
        }

        return (best.Count, best.Duration);
    }

    private ref Packet At(int index) => ref _packets[(_first + index) & (_packets.Length - 1)];

    private Packet Take()
    {
        ref Packet place = ref At(0);
        Packet packet = place;
        place = default;
        _first = (_first + 1) & (_packets.Length - 1);
        Waiting--;
        return packet;
    }

    private void Grow()
    {
        var packets = new Packet[_packets.Length * 2];
        for (int i = 0; i < Waiting; i++)
        {
            packets[i] = At(i);
        }

        (_packets, _first) = (packets, 0);
    }

    private readonly record struct Packet(MediaBuffer Buffer, Packaging Packaging, long Pts, long Dts);
}
