using RetroVue.Media.Formats;

namespace RetroVue.Media.Elements.Coded;

/// <summary>The parameters in the headers of encoded sound.</summary>
/// <param name="Codec">The kind of header, if a codec's name stands for several.</param>
/// <param name="SampleRate">Samples per second, before extensions such as SBR.</param>
/// <param name="Channels">The number of channels, before extensions; 0 if not declared.</param>
internal readonly record struct SoundStatement(int Codec, int SampleRate, int Channels)
{
    /// <summary><see cref="Codec"/> of AC-3.</summary>
    public const int Ac3 = 0;

    /// <summary><see cref="Codec"/> of AAC.</summary>
    public const int Adts = 1;

    /// <summary><see cref="Codec"/> of E-AC-3.</summary>
    public const int Extended = 2;

    /// <summary><see cref="Codec"/> of layer 1 of MPEG audio; the two other layers follow.</summary>
    public const int MpegLayer1 = 11;

    /// <summary>Reads a format's parameter sets; null if it has none that can be read.</summary>
    public static SoundStatement? OfSets(EncodedFormat format)
    {
        if (format.Codec != "aac" || format.ParameterSets.Length < 2)
        {
            return null;
        }

        // AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1).
        var bits = new BitReader(format.ParameterSets.Span);
        if (bits.Bits(5) == 31)
        {
            bits.Bits(6);
        }

        uint index = bits.Bits(4);
        int rate = index == 15 ? (int)bits.Bits(24) : AacRate((int)index);
        return rate == 0 ? null : new SoundStatement(Adts, rate, AacChannels((int)bits.Bits(4)));
    }

    /// <summary>True for codecs whose headers can be read.</summary>
    public static bool IsKnown(EncodedFormat format) => format.Codec is "aac" or "mp1" or "mp2" or "mp3" or "ac3" or "eac3";

    /// <summary>Reads the header of a packet; null if it has none, or an unknown one.</summary>
    public static SoundStatement? Of(EncodedFormat format, ReadOnlySpan<byte> packet) => format.Codec switch
    {
        "aac" => OfAdts(packet),
        "mp1" or "mp2" or "mp3" => OfMpeg(packet),
        "ac3" or "eac3" => OfAc3(packet),
        _ => null,
    };

    /// <summary>Returns a format with the differences between two statements applied.</summary>
    public static EncodedFormat ApplyTo(EncodedFormat format, SoundStatement stated, SoundStatement before)
    {
        if (format.Audio is not { } audio)
        {
            return format;
        }

        audio = stated.SampleRate == before.SampleRate ? audio : audio with { SampleRate = stated.SampleRate };
        audio = stated.Channels == before.Channels || stated.Channels == 0 ? audio : audio with { Layout = LayoutOf(stated.Channels) };
        return (stated.Codec == before.Codec ? format : format with { Profile = null, ProfileNumber = null }) with { Audio = audio };
    }

    /// <summary>
    /// Returns this statement, or the format's if the two describe different sound: the format's rate and channels may be those after an
    /// extension.
    /// </summary>
    public SoundStatement Agreeing(EncodedFormat format)
    {
        if (format.Audio is not { SampleRate: > 0 } audio || Codec == Extended)
        {
            return this;
        }

        bool isRate = SampleRate == audio.SampleRate || (Codec == Adts && SampleRate * 2 == audio.SampleRate);
        int channels = audio.Layout.Channels;
        bool areChannels = Channels == 0 || channels == 0 || Channels == channels || (Codec == Adts && Channels == 1 && channels == 2);
        return new SoundStatement(Codec, isRate ? SampleRate : audio.SampleRate, areChannels ? Channels : channels);
    }

    /// <summary>Reads a header by ISO/IEC 13818-7 6.2.</summary>
    private static SoundStatement? OfAdts(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 7 || packet[0] != 0xFF || (packet[1] & 0xF6) != 0xF0)
        {
            return null;
        }

        int rate = AacRate((packet[2] >> 2) & 0xF);
        return rate == 0 ? null : new SoundStatement(Adts, rate, AacChannels(((packet[2] & 1) << 2) | (packet[3] >> 6)));
    }

    /// <summary>Reads a header by ISO/IEC 11172-3 2.4.1.3, with the lower rates of 13818-3 and 2.5.</summary>
    private static SoundStatement? OfMpeg(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 4 || packet[0] != 0xFF || (packet[1] & 0xE0) != 0xE0)
        {
            return null;
        }

        int version = (packet[1] >> 3) & 3, layer = (packet[1] >> 1) & 3, index = (packet[2] >> 2) & 3;
        if (version == 1 || layer == 0 || index == 3)
        {
            return null;
        }

        int rate = index switch { 0 => 44_100, 1 => 48_000, _ => 32_000 };
        rate >>= version switch { 3 => 0, 2 => 1, _ => 2 };
        return new SoundStatement(MpegLayer1 + 3 - layer, rate, packet[3] >> 6 == 3 ? 1 : 2);
    }

    /// <summary>Reads a header by ETSI TS 102 366 4.4 and annex E 1.3.</summary>
    private static SoundStatement? OfAc3(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 8 || packet[0] != 0x0B || packet[1] != 0x77)
        {
            return null;
        }

        int version = packet[5] >> 3, index = packet[4] >> 6;
        if (version > 16 || (index == 3 && version <= 10))
        {
            return null;
        }

        int rate = Ac3Rate(index);
        if (version <= 10)
        {
            int mode = packet[6] >> 5, at = 3;
            at += ((mode & 1) != 0 && mode != 1 ? 2 : 0) + ((mode & 4) != 0 ? 2 : 0) + (mode == 2 ? 2 : 0);
            return new SoundStatement(Ac3, rate >> Math.Max(version - 8, 0), Ac3Channels(mode) + ((packet[6] >> (7 - at)) & 1));
        }

        // A dependent substream does not describe the whole.
        if (packet[2] >> 6 == 1 || ((packet[2] >> 3) & 7) != 0)
        {
            return null;
        }

        rate = index == 3 ? Ac3Rate((packet[4] >> 4) & 3) / 2 : rate;
        return new SoundStatement(Extended, rate, Ac3Channels((packet[4] >> 1) & 7) + (packet[4] & 1));
    }

    /// <summary>Returns the usual layout for a number of channels.</summary>
    public static ChannelLayout LayoutOf(int channels) => channels switch
    {
        1 => ChannelLayout.Mono,
        2 => ChannelLayout.Stereo,
        6 => new ChannelLayout("5.1", 6),
        8 => new ChannelLayout("7.1", 8),
        _ => new ChannelLayout($"{channels} channels", channels),
    };

    private static int Ac3Rate(int index) => index switch { 0 => 48_000, 1 => 44_100, _ => 32_000 };

    private static int Ac3Channels(int mode) => mode switch { 0 => 2, 1 => 1, 2 => 2, 3 => 3, 4 => 3, 5 => 4, 6 => 4, _ => 5 };

    private static int AacChannels(int number) => number switch { 7 => 8, > 7 => 0, _ => number };

    private static int AacRate(int index)
    {
        ReadOnlySpan<int> rates = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
        return index < rates.Length ? rates[index] : 0;
    }
}
