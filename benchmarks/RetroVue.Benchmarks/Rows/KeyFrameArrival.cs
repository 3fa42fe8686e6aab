using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Finds the time at which the last byte of the first picture of a channel's transport stream arrived.</summary>
/// <remarks>
/// Only the first packet of the next picture shows which packet was the last. The result is the arrival of that last packet.
/// </remarks>
internal sealed class KeyFrameArrival
{
    private const int PacketSize = 188;
    private const int FirstPid = 0x100; // the PID of the picture in the streams of this library's writer
    private int _pictures;
    private ClockTime _lastPayload = ClockTime.None;

    /// <summary>Takes whole packets and their arrival time. Returns true once it is known when the first picture was complete.</summary>
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

    /// <summary>The time at which the last byte of the first picture arrived; known once <see cref="Take"/> has returned true.</summary>
    public ClockTime Completed => _lastPayload;
}
