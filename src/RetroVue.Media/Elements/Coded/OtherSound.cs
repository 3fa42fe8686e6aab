using RetroVue.Media.Formats;

namespace RetroVue.Media.Elements.Coded;

/// <summary>
/// Finds frames of AAC (ADTS), MPEG audio, AC-3 and E-AC-3 in packets of a stream that should contain another of these codecs. They occur
/// if a transport stream gets new tables that its reader does not follow: the reader finds no frames and cuts the bytes anywhere.
/// </summary>
internal static class OtherSound
{
    /// <summary>The number of frames in a row that is sufficient; it limits the cost of damaged bytes.</summary>
    private const int Enough = 4;

    private static readonly EncodedFormat[] s_kinds = [.. new[] { "aac", "mp2", "ac3" }.Select(codec => new EncodedFormat(codec, MediaKind.Audio))];

    /// <summary>Finds frames of another codec.</summary>
    /// <param name="format">The announced format of the packet.</param>
    /// <param name="packet">A packet that does not begin with a header of that format.</param>
    /// <param name="count">The number of frames in a row, at most four; the last may reach past the packet's end.</param>
    /// <returns>The parameters in their headers; null if no frames are found.</returns>
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

    /// <summary>Returns the name of a header's codec.</summary>
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

    /// <summary>
    /// Counts frames of the same sound in a row, up to the sufficient number; returns 0 if a frame within the packet is followed by other
    /// data.
    /// </summary>
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
