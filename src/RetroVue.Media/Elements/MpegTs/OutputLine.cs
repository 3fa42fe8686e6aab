namespace RetroVue.Media.Elements.MpegTs;

/// <summary>
/// The time line of a transport stream's output. It sends media, tables and clock references in the order in which they are due.
/// </summary>
/// <remarks>Times are in ticks of the system clock, 27 MHz. For one thread.</remarks>
internal sealed class OutputLine(TransportStreamOptions options, List<TransportStreamTrack> tracks)
{
    private readonly long _pcrInterval = TransportTicks.Clock(options.PcrInterval);
    private readonly long _tableInterval = TransportTicks.Clock(options.TableInterval);
    private readonly long _lead = TransportTicks.Clock(options.Delay);
    private ProgramTables? _tables;
    private TransportStreamTrack? _main;
    private long _now;
    private long _lastPcr;
    private long _lastTables;
    private bool _isDiscontinuous;
    private bool _isCutInHole;

    /// <summary>True once output has begun; no tracks are added from then on.</summary>
    public bool HasBegun => _tables is not null;

    /// <summary>The time reached.</summary>
    public long Now => _now;

    /// <inheritdoc cref="TransportStreamWriter.LatePackets"/>
    public long LatePackets { get; private set; }

    /// <summary>Begins or continues at a time, with tables and a clock reference.</summary>
    public void BeginAt(long now)
    {
        _main ??= tracks.Find(track => track.IsVideo) ?? (tracks.Count > 0 ? tracks[0] : null);
        _tables ??= new ProgramTables(options, tracks, _main);
        _now = now;
        tracks.ForEach(track => track.BeginLine(now));
        // Both are due at once.
        _lastPcr = now - _pcrInterval;
        _lastTables = now - (2 * _tableInterval);
    }

    /// <summary>Continues at another time; the next clock reference is marked as discontinuous, unless it is the first one.</summary>
    public void JumpTo(long now)
    {
        _isDiscontinuous = HasBegun;
        if (_isDiscontinuous)
        {
            tracks.ForEach(track => track.RestartTimes());
        }

        BeginAt(now);
    }

    /// <summary>Sends all packets that are due up to a time; none if that is before the present time of the line.</summary>
    public void AdvanceTo(long target, ITransportStreamSink sink)
    {
        if (target >= _now)
        {
            Advance(target, sink);
            _now = target;
        }
    }

    /// <summary>Sends all packets that wait, as if time had advanced to the last one.</summary>
    public void Finish(ITransportStreamSink sink)
    {
        while (NextTrack(out long due) is not null)
        {
            if (!HasBegun)
            {
                BeginAt(due);
            }

            Advance(Math.Max(due, _now), sink);
        }
    }

    private void Advance(long target, ITransportStreamSink sink)
    {
        var output = new PacketOutput(sink);
        while (true)
        {
            TransportStreamTrack? track = NextTrack(out long media);
            media = Math.Max(media, _now);
            long tables = TablesDue(media);
            long pcr = _lastPcr + _pcrInterval;
            long next = Math.Min(media, Math.Min(tables, pcr));
            if (next > target)
            {
                break;
            }

            _now = next;
            // Media goes first: it brings tables before a key frame and carries the clock reference.
            if (media == next)
            {
                WriteMedia(track!, target, ref output);
            }
            else if (tables == next)
            {
                WriteTables(ref output);
            }
            else
            {
                WritePcr(ref output);
            }
        }

        output.Commit();
    }

    /// <summary>
    /// Returns when tables are due. In a stream of sound only they can wait for the next PES, where a segment can begin, if that comes
    /// within the limit of half a second (TR 101 290, 1.3).
    /// </summary>
    /// <param name="media">The output time of the next packet with media; the largest number if none waits.</param>
    private long TablesDue(long media)
    {
        bool isSoundAlone = _main is { } main && (!main.IsVideo || main.HasStopped(_now + _lead));
        long latest = _lastTables + (2 * _tableInterval);
        return isSoundAlone && media <= latest ? latest : _lastTables + _tableInterval;
    }

    private TransportStreamTrack? NextTrack(out long due)
    {
        TransportStreamTrack? next = null;
        due = long.MaxValue;
        foreach (TransportStreamTrack track in tracks)
        {
            long time = track.NextTime;
            // At equal times the main track goes first, so that its key frame's tables precede the sound.
            if (time < due || (time == due && ReferenceEquals(track, _main) && next is not null))
            {
                next = track;
                due = time;
            }
        }

        return next;
    }

    private void WriteMedia(TransportStreamTrack track, long target, ref PacketOutput output)
    {
        bool isMain = ReferenceEquals(track, _main);
        bool isCut = false;
        if (track.Pes.Remaining == 0)
        {
            LatePackets += _now >= track.FirstDts ? 1 : 0;
            TransportStreamCutKind? cut = CutBefore(track, isMain);
            isCut = cut == TransportStreamCutKind.Whole;
            if (cut is { } kind)
            {
                _isCutInHole = kind == TransportStreamCutKind.SoundAlone;
                output.MarkCut(new TransportStreamCut(track.FirstBuffer.Pts, TransportTicks.FromClock(_now), kind));
                if (kind != TransportStreamCutKind.Dependent)
                {
                    WriteTables(ref output);
                }
            }

            track.BeginPes(_now, isMain, (isCut ? _now - _pcrInterval : _lastPcr, _pcrInterval));
        }

        // Nothing else is due until then, or the main track would be interrupted anyway.
        long limit = isMain ? Math.Min(target, Math.Min(TablesDue(_now), OthersDue())) : long.MaxValue;
        while (true)
        {
            WriteMediaPacket(track, isMain, isCut, ref output);
            isCut = false;
            if (track.Pes.Remaining == 0)
            {
                track.Pes.Release();
                return;
            }

            long time = Math.Max(track.NextTime, _now);
            if (time > limit)
            {
                return;
            }

            _now = time;
        }
    }

    /// <summary>Returns the kind of cut before the next PES of a track; null if there is none.</summary>
    private TransportStreamCutKind? CutBefore(TransportStreamTrack track, bool isMain)
    {
        if (isMain && track.IsVideo)
        {
            return track.FirstBuffer.IsKeyFrame ? TransportStreamCutKind.Whole : _isCutInHole ? TransportStreamCutKind.Dependent : null;
        }

        // Sound that starts again after a silence begins at a cut, so that the hole ends exactly there.
        long begin = TransportTicks.Clock(track.FirstBuffer.Pts);
        if (_now < _lastTables + _tableInterval && begin - _pcrInterval <= track.ShownUntil)
        {
            return null;
        }

        return isMain ? TransportStreamCutKind.Whole : _main!.IsVideo && _main.HasStopped(begin) ? TransportStreamCutKind.SoundAlone : null;
    }

    private long OthersDue()
    {
        long due = long.MaxValue;
        foreach (TransportStreamTrack track in tracks)
        {
            due = ReferenceEquals(track, _main) ? due : Math.Min(due, track.NextTime);
        }

        return due;
    }

    private void WriteMediaPacket(TransportStreamTrack track, bool isMain, bool isCut, ref PacketOutput output)
    {
        bool isStart = track.PacketsOut == 0;
        bool hasPcr = isMain && (isCut || track.CarriesPcr(_lastPcr + _pcrInterval));
        int room = TransportPackets.Room - (hasPcr ? TransportPackets.PcrField : 0);
        int payload = Math.Min(room, track.Pes.Remaining);
        long? pcr = hasPcr ? NextPcr() : null;
        Span<byte> place = TransportPackets.WriteHeader(
            output.Next(), track.Pid, isStart, track.Counter, payload, pcr, isCut, hasPcr && _isDiscontinuous);
        track.Pes.CopyTo(place);
        track.Counter++;
        track.CountPacket();
        _isDiscontinuous &= !hasPcr;
    }

    private void WritePcr(ref PacketOutput output)
    {
        long pcr = NextPcr();
        if (_main is { } main)
        {
            // Without payload the continuity counter repeats the last packet's (2.4.3.3).
            TransportPackets.WriteHeader(output.Next(), main.Pid, false, main.Counter - 1, 0, pcr, false, _isDiscontinuous);
            _isDiscontinuous = false;
        }
    }

    /// <summary>
    /// Returns the clock reference of a packet that is sent now: the output time, or a tick more than the last one if that is the same.
    /// </summary>
    private long NextPcr() => _lastPcr = Math.Max(_now, _lastPcr + 1);

    private void WriteTables(ref PacketOutput output)
    {
        _tables!.Write(ref output);
        _lastTables = _now;
    }
}
