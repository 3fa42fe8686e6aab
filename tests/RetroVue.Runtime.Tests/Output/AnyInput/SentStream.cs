using System.Runtime.InteropServices;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>Parses a channel's transport stream as it comes (ISO/IEC 13818-1 2.4.3): the PES packets, their times, and the clock.</summary>
internal sealed class SentStream(bool hasPicture)
{
    private const int PacketSize = 188;
    private const int FirstPid = 0x100;

    private readonly Dictionary<int, (int At, List<byte> Payload)> _open = [];
    private readonly List<SentPes> _pes = [];

    /// <summary>The PES packets that have come so far; the last ones may not be complete.</summary>
    public IReadOnlyList<SentPes> Pes
    {
        get
        {
            foreach (int pid in _open.Keys)
            {
                Close(pid);
            }

            return _pes;
        }
    }

    /// <summary>The first clock reference.</summary>
    public ClockTime Begin { get; private set; } = ClockTime.None;

    /// <summary>The last clock reference.</summary>
    public ClockTime Clock { get; private set; } = ClockTime.None;

    /// <summary>The longest step of the clock reference.</summary>
    public ClockTime LongestStep { get; private set; }

    /// <summary>Takes all chunks that have been sent.</summary>
    public void Take(ChunkReader reader)
    {
        while (reader.TryRead(out MediaBuffer? chunk) == ChunkReadState.Chunk)
        {
            Take(chunk!.Data);
            chunk.Release();
        }
    }

    /// <summary>Takes whole transport packets.</summary>
    public void Take(ReadOnlySpan<byte> packets)
    {
        for (; packets.Length >= PacketSize; packets = packets[PacketSize..])
        {
            TakePacket(packets[..PacketSize]);
        }
    }

    private void TakePacket(ReadOnlySpan<byte> packet)
    {
        int pid = ((packet[1] & 0x1F) << 8) | packet[2];
        int payload = (packet[3] & 0x20) != 0 ? 5 + packet[4] : 4;
        if ((packet[3] & 0x20) != 0 && packet[4] >= 7 && (packet[5] & 0x10) != 0)
        {
            TakeClock(((long)packet[6] << 25) | ((long)packet[7] << 17) | ((long)packet[8] << 9) | ((long)packet[9] << 1) | (long)(packet[10] >> 7));
        }

        if (pid is < FirstPid or > FirstPid + 1 || (packet[3] & 0x10) == 0)
        {
            return;
        }

        ReadOnlySpan<byte> pes = packet[payload..];
        if ((packet[1] & 0x40) == 0)
        {
            if (_open.TryGetValue(pid, out (int At, List<byte> Payload) open))
            {
                open.Payload.AddRange(pes);
            }

            return;
        }

        ClockTime pts = Stamp(pes[9..]);
        ClockTime dts = (pes[7] & 0x40) != 0 ? Stamp(pes[14..]) : pts;
        MediaKind kind = hasPicture && pid == FirstPid ? MediaKind.Video : MediaKind.Audio;
        Close(pid);
        _open[pid] = (_pes.Count, [.. pes[(9 + pes[8])..]]);
        _pes.Add(new SentPes(kind, pts, dts, [], Clock));
    }

    private void Close(int pid)
    {
        if (_open.TryGetValue(pid, out (int At, List<byte> Payload) open))
        {
            _pes[open.At] = _pes[open.At] with { Marks = Mark.Find(CollectionsMarshal.AsSpan(open.Payload)) };
        }
    }

    private void TakeClock(long ticks)
    {
        ClockTime clock = FromTicks(ticks);
        LongestStep = !Clock.IsNone && clock - Clock > LongestStep ? clock - Clock : LongestStep;
        Begin = Begin.IsNone ? clock : Begin;
        Clock = clock;
    }

    private static ClockTime FromTicks(long ticks) => ClockTime.FromUnits(ticks, new Rational(1, 90_000));

    private static ClockTime Stamp(ReadOnlySpan<byte> stamp) => FromTicks(
        ((long)(stamp[0] >> 1 & 7) << 30) | ((long)stamp[1] << 22) | ((long)(stamp[2] >> 1) << 15) | ((long)stamp[3] << 7) | (long)(stamp[4] >> 1));
}
