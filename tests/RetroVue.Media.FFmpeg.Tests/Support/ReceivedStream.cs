using System.Buffers.Binary;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>
/// A received transport stream. It shows if a player that joins during the sending gets what it needs (ISO/IEC 13818-1, 2.4.3).
/// </summary>
internal sealed class ReceivedStream
{
    private const int PacketLength = 188;

    private readonly Dictionary<int, int> _counters = [];
    private double _clock = double.NaN;

    private ReceivedStream(ReadOnlySpan<byte> bytes)
    {
        Assert.That(bytes.Length % PacketLength, Is.Zero, "whole packets");
        for (int at = 0; at < bytes.Length; at += PacketLength)
        {
            ReadPacket(bytes.Slice(at, PacketLength));
        }
    }

    /// <summary>The clock references, in seconds.</summary>
    public List<double> References { get; } = [];

    /// <summary>The clock at each program association table, in seconds; NaN before the first reference.</summary>
    public List<double> Tables { get; } = [];

    /// <summary>
    /// The seconds from the clock at which a packet came to its decoding time, for packets after the first clock reference.
    /// </summary>
    public List<double> Leads { get; } = [];

    /// <summary>The number of missing packets, by their counters.</summary>
    public int Lost { get; private set; }

    /// <summary>True if the first picture can be decoded alone: it is marked so and comes with its parameter sets.</summary>
    public bool? StartsWithKeyFrame { get; private set; }

    public static ReceivedStream Parse(ReadOnlySpan<byte> bytes) => new(bytes);

    /// <summary>Returns the longest step between two times, in seconds.</summary>
    public static double LongestStep(IReadOnlyList<double> times) => times.Zip(times.Skip(1), (one, next) => next - one).Where(step => !double.IsNaN(step)).Max();

    private void ReadPacket(ReadOnlySpan<byte> packet)
    {
        Assert.That(packet[0], Is.EqualTo(0x47), "sync byte");
        int pid = BinaryPrimitives.ReadUInt16BigEndian(packet[1..]) & 0x1FFF;
        bool isStart = (packet[1] & 0x40) != 0, hasField = (packet[3] & 0x20) != 0, hasPayload = (packet[3] & 0x10) != 0;
        ReadOnlySpan<byte> field = hasField ? packet.Slice(5, packet[4]) : default;
        if (hasPayload)
        {
            int counter = packet[3] & 15;
            Lost += _counters.TryGetValue(pid, out int last) ? (counter - last - 1) & 15 : 0;
            _counters[pid] = counter;
        }

        if (field.Length > 6 && (field[0] & 0x10) != 0)
        {
            ulong bits = ((ulong)BinaryPrimitives.ReadUInt32BigEndian(field[1..]) << 16) | BinaryPrimitives.ReadUInt16BigEndian(field[5..]);
            _clock = ((bits >> 15) * 300 + (bits & 0x1FF)) / 27e6;
            References.Add(_clock);
        }

        if (!isStart || !hasPayload)
        {
            return;
        }

        if (pid == 0)
        {
            Tables.Add(_clock);
        }

        ReadOnlySpan<byte> payload = packet[(hasField ? 5 + field.Length : 4)..];
        if (payload[..3].SequenceEqual((ReadOnlySpan<byte>)[0, 0, 1]) && (payload[7] & 0x80) != 0)
        {
            if (!double.IsNaN(_clock))
            {
                // If the decoding time differs from the presentation time, it follows that time.
                Leads.Add(Stamp(payload[((payload[7] & 0x40) != 0 ? 14 : 9)..]) - _clock);
            }

            if (payload[3] == 0xE0)
            {
                bool isMarked = !field.IsEmpty && (field[0] & 0x40) != 0;
                StartsWithKeyFrame ??= isMarked && Tables.Count > 0 && payload.IndexOf((ReadOnlySpan<byte>)[0, 0, 1, 0x67]) >= 0;
            }
        }
    }

    private static double Stamp(ReadOnlySpan<byte> bytes) =>
        (((long)(bytes[0] >> 1 & 7) << 30) | ((long)bytes[1] << 22) | ((long)(bytes[2] >> 1) << 15) | ((long)bytes[3] << 7) | (long)(bytes[4] >> 1)) / 90e3;
}
