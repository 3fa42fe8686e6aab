using RetroVue.Media.Formats;

namespace RetroVue.Media.Elements.Coded;

/// <summary>
/// Finds frames of AAC (ADTS), MPEG audio, AC-3 and E-AC-3 in packets of a stream that is said to be another of them, as they come after
/// new tables of a transport stream that its reader does not follow: it cuts the bytes where it knows no frames.
/// </summary>
internal static class OtherSound
{
    /// <summary>More in a row prove no more, and damaged bytes cost no more than that.</summary>
    private const int Enough = 4;

    private static readonly EncodedFormat[] s_kinds = [.. new[] { "aac", "mp2", "ac3" }.Select(codec => new EncodedFormat(codec, MediaKind.Audio))];

    /// <summary>Finds frames of another codec.</summary>
    /// <param name="format">What the packet is said to be of.</param>
    /// <param name="packet">A packet that begins with no header of that.</param>
    /// <param name="count">How many frames follow on each other, four at most, of which the last may go on beyond the packet.</param>
    /// <returns>What their headers say; null if none are found.</returns>
    public static SoundStatement? Find(EncodedFormat format, ReadOnlySpan<byte> packet, out int count)
    {
        for (int at = 0; at < packet.Length; at++)
        {
            int next = packet[at..].IndexOfAny((byte)0xFF, (byte)0x0B);
            if (next < 0)
            {
                break;
            }

            at += next;
            foreach (EncodedFormat kind in s_kinds)
            {
                if (!IsAlike(kind, format) && SoundStatement.Of(kind, packet[at..]) is { } stated && Count(kind, stated, packet[at..]) is var frames and > 0)
                {
                    count = frames;
                    return stated;
                }
            }
        }

        count = 0;
        return null;
    }

    /// <summary>The name of the codec that a header is of.</summary>
    public static string NameOf(SoundStatement stated) => stated.Codec switch
    {
        SoundStatement.Adts => "aac",
        SoundStatement.Extended => "eac3",
        SoundStatement.Ac3 => "ac3",
        SoundStatement.MpegLayer1 => "mp1",
        SoundStatement.MpegLayer1 + 1 => "mp2",
        _ => "mp3",
    };

    private static bool IsAlike(EncodedFormat kind, EncodedFormat format) => kind.Codec switch
    {
        "mp2" => format.Codec is "mp1" or "mp2" or "mp3",
        "ac3" => format.Codec is "ac3" or "eac3",
        _ => kind.Codec == format.Codec,
    };

    /// <summary>How many frames of one sound there are in a row, up to as many as are enough; 0 where what follows on a frame within the packet is none.</summary>
    private static int Count(EncodedFormat kind, SoundStatement stated, ReadOnlySpan<byte> packet)
    {
        int frames = 0;
        while (!packet.IsEmpty && frames < Enough)
        {
            if (packet.Length >= SoundFrame.LongestHeader && SoundStatement.Of(kind, packet) != stated)
            {
                return 0;
            }

            int length = packet.Length < SoundFrame.LongestHeader ? packet.Length : SoundFrame.LengthOf(stated, packet);
            if (length <= 0)
            {
                return 0;
            }

            frames++;
            packet = packet[Math.Min(length, packet.Length)..];
        }

        return frames;
    }
}
