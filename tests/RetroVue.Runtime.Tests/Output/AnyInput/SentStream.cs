using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>Takes a channel's transport stream apart as it comes (ISO/IEC 13818-1 2.4.3): the PES, their times, and the clock.</summary>
internal sealed class SentStream(ChunkReader reader, bool hasPicture)
{
    private const int PacketSize = 188;
    private const int FirstPid = 0x100;

    private readonly Dictionary<int, int> _open = [];

    public List<SentPes> Pes { get; } = [];

    /// <summary>The first clock reference.</summary>
    public ClockTime Begin { get; private set; } = ClockTime.None;

    /// <summary>The last clock reference.</summary>
    public ClockTime Clock { get; private set; } = ClockTime.None;

    /// <summary>The longest step of the clock reference.</summary>
    public ClockTime LongestStep { get; private set; }

    public void Take()
    {
        while (reader.TryRead(out MediaBuffer? chunk) == ChunkReadState.Chunk)
        {
            for (ReadOnlySpan<byte> packets = chunk!.Data; packets.Length >= PacketSize; packets = packets[PacketSize..])
            {
                TakePacket(packets[..PacketSize]);
            }

            chunk.Release();
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
            if (_open.TryGetValue(pid, out int at))
            {
                Pes[at] = Pes[at] with { Bytes = Pes[at].Bytes + pes.Length };
            }

            return;
        }

        ClockTime pts = Stamp(pes[9..]);
        ClockTime dts = (pes[7] & 0x40) != 0 ? Stamp(pes[14..]) : pts;
        MediaKind kind = hasPicture && pid == FirstPid ? MediaKind.Video : MediaKind.Audio;
        _open[pid] = Pes.Count;
        Pes.Add(new SentPes(kind, pts, dts, pes.Length - 9 - pes[8], Clock));
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
