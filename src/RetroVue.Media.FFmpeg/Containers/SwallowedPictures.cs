using System.Buffers;
using RetroVue.Media.Elements.Coded;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// Reads a transport stream itself if libavformat returns no pictures any more. If a PID continues with another codec, libavformat
/// continues with the parser of the first codec, which may never find the end of a picture. Then libavformat would keep the rest of the
/// file in memory and return it as one packet at the file's end.
/// </summary>
/// <remarks>For one thread at a time. While pictures come it only compares numbers.</remarks>
/// <param name="path">The file.</param>
/// <param name="video">The pictures.</param>
/// <param name="pid">Their PID.</param>
/// <param name="distance">The number of bytes without a picture after which it looks.</param>
internal sealed unsafe class SwallowedPictures(string path, StreamInfo video, int pid, long distance)
{
    private const byte Sync = 0x47;
    private const int Least = 64 << 10;
    private const int Most = 4 << 20;
    private const int PesHeader = 9;
    private const long Wrap = 1L << 33;

    private static readonly int[] s_packetSizes = [188, 192, 204];

    private readonly int _distance = (int)Math.Clamp(distance, Least, Most);
    private long _lastPicture = -1;
    private long _position = -1;
    private long _time = AV_NOPTS_VALUE;
    private long _found = AV_NOPTS_VALUE;

    /// <summary>True if there has been no picture for so long that it is time to look.</summary>
    public bool IsDue => _position - _lastPicture >= _distance;

    /// <summary>Starts again, because the file is read from another position.</summary>
    public void Restart() => (_lastPicture, _position, _time) = (-1, -1, AV_NOPTS_VALUE);

    /// <summary>Notes the next packet of any stream.</summary>
    public void Follow(AVPacket* packet)
    {
        _position = Math.Max(_position, packet->pos);
        _lastPicture = packet->stream_index == video.Index || _lastPicture < 0 ? _position : _lastPicture;
        _time = packet->pts != AV_NOPTS_VALUE ? packet->pts : _time;
    }

    /// <summary>Looks at the bytes since the last picture.</summary>
    /// <param name="packet">An empty packet; if there are pictures of another codec, it receives the bytes that show it.</param>
    /// <returns>True if there are pictures of another codec.</returns>
    public bool TryTake(AVPacket* packet)
    {
        var from = _lastPicture;
        _lastPicture = _position;
        var bytes = ArrayPool<byte>.Shared.Rent(_distance);
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.Read(file, bytes.AsSpan(0, _distance), from);
            var found = FindOther(bytes.AsSpan(0, length));
            if (found.IsEmpty)
            {
                return false;
            }

            av_new_packet(packet, found.Length).ThrowIfError("Allocating a packet");
            found.CopyTo(new Span<byte>(packet->data, packet->size));
            (packet->stream_index, packet->flags) = (video.Index, AV_PKT_FLAG_KEY);
            packet->pts = packet->dts = _found;
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The demuxer's reads detect the error.
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Returns the first unit of a picture of another codec, moved to the beginning of the span; empty if there is none.</summary>
    private Span<byte> FindOther(Span<byte> stream)
    {
        var size = PacketSize(ref stream);
        var changes = new CodedChanges();
        changes.Expect(video.Format);
        var length = -1;
        // The content of a PES is collected at the beginning of the span, whose packets have already been read.
        for (var at = 0; size > 0 && at + size <= stream.Length; at += size)
        {
            var packet = stream.Slice(at, s_packetSizes[0]);
            if (packet[0] != Sync || (((packet[1] & 0x1F) << 8) | packet[2]) != pid || (packet[3] & 0x10) == 0)
            {
                continue;
            }

            var payload = packet[Math.Min((packet[3] & 0x20) != 0 ? 5 + packet[4] : 4, packet.Length)..];
            if ((packet[1] & 0x40) != 0)
            {
                if (length > 0 && IsOther(changes, stream[..length]))
                {
                    return stream[..length];
                }

                (length, _found) = (0, TimeOf(payload));
                payload = payload[(payload.Length < PesHeader ? payload.Length : Math.Min(PesHeader + payload[8], payload.Length))..];
            }

            if (length >= 0)
            {
                payload.CopyTo(stream[length..]);
                length += payload.Length;
            }
        }

        return length > 0 && IsOther(changes, stream[..length]) ? stream[..length] : [];
    }

    private bool IsOther(CodedChanges changes, ReadOnlySpan<byte> unit) =>
        changes.Next(unit, isKeyFrame: true) is { } changed && changed.Codec != video.Format.Codec;

    /// <summary>
    /// Returns the presentation time of a PES (ISO/IEC 13818-1 2.4.3.7), near the time that was read last; that time if the PES has none.
    /// </summary>
    private long TimeOf(ReadOnlySpan<byte> pes)
    {
        if (pes.Length < PesHeader + 5 || (pes[7] & 0x80) == 0)
        {
            return _time;
        }

        var time = ((long)(pes[9] & 0x0E) << 29) | ((long)pes[10] << 22) | ((long)(pes[11] & 0xFE) << 14) | ((long)pes[12] << 7) | ((long)pes[13] >> 1);
        return _time == AV_NOPTS_VALUE ? time : time + ((_time - time + (Wrap / 2)) >> 33 << 33);
    }

    /// <summary>Moves to the first packet, and returns the distance between packets; 0 if there are none.</summary>
    private static int PacketSize(ref Span<byte> stream)
    {
        const int sure = 5;
        for (var start = 0; start < s_packetSizes[^1] && start + (sure * s_packetSizes[^1]) < stream.Length; start++)
        {
            foreach (var size in s_packetSizes)
            {
                var packets = 0;
                while (packets < sure && stream[start + (packets * size)] == Sync)
                {
                    packets++;
                }

                if (packets == sure)
                {
                    stream = stream[start..];
                    return size;
                }
            }
        }

        return 0;
    }
}
