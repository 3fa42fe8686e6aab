using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Finds in a channel's transport stream when the last byte of its first picture came.</summary>
/// <remarks>A picture's last packet is known as such when the next one's first has come; what counts is when it came itself.</remarks>
internal sealed class KeyFrameArrival
{
    private const int PacketSize = 188;
    private const int FirstPid = 0x100; // the picture's, in the streams of this library's writer
    private int _pictures;
    private ClockTime _lastPayload = ClockTime.None;

    /// <summary>Takes whole packets that came at a time; returns true once it is known when the first picture was complete.</summary>
    public bool Take(ReadOnlySpan<byte> packets, ClockTime time)
    {
        for (; packets.Length >= PacketSize; packets = packets[PacketSize..])
        {
            int pid = ((packets[1] & 0x1F) << 8) | packets[2];
            bool isStart = (packets[1] & 0x40) != 0;
            bool hasPayload = (packets[3] & 0x10) != 0;
            if (pid != FirstPid || !hasPayload)
            {
                continue;
            }

            _pictures += isStart ? 1 : 0;
            if (_pictures == 2)
            {
                return true;
            }

            _lastPayload = time;
        }

        return false;
    }

    /// <summary>When the last byte of the first picture came; known once <see cref="Take"/> has returned true.</summary>
    public ClockTime Completed => _lastPayload;
}
