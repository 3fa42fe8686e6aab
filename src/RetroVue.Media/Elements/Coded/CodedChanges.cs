using RetroVue.Media.Formats;

namespace RetroVue.Media.Elements.Coded;

/// <summary>
/// Reads the parameters of a stream of compressed packets, and reports when they change: another codec; another size, pixel shape, profile
/// or colour of pictures; another sampling rate or number of channels.
/// </summary>
/// <remarks>
/// It reads the parameter sets of H.264 and HEVC, the sequence headers of MPEG-1 and MPEG-2, and the headers of AAC, MPEG audio, AC-3 and
/// E-AC-3, in packets and in the format. It also recognises another codec by the first bytes of its units, and frames of other sound in a
/// packet that does not begin with a header. A repetition is not a change, nor are parameters that nobody sees or hears (timing hints,
/// buffer sizes). For other codecs it reports no changes. Damaged data does not cause exceptions. It allocates only if parameters differ.
/// For one thread at a time.
/// </remarks>
public sealed class CodedChanges
{
    /// <summary>The number of packets of sound, or of another codec, in a row that confirm a change: one header may be damaged.</summary>
    private const int Enough = 3;

    /// <summary>
    /// The weight of a packet of another codec. Some of its pieces may look like the stream's own; each of those counts one back.
    /// </summary>
    private const int Weight = 2;

    private EncodedFormat? _format;
    private byte[] _last = [];
    private PictureStatement? _picture;
    private SoundStatement? _sound;
    private SoundStatement? _other;
    private int _others;
    private string? _otherCodec;
    private int _otherCodecs;

    /// <summary>True if the last packet has other parameters than those before it, until more packets confirm it.</summary>
    public bool IsDoubtful => _others > 0 || _otherCodec is not null;

    /// <summary>Sets the announced format of the packets that follow.</summary>
    /// <param name="format">The format.</param>
    /// <returns>
    /// The format according to its parameter sets, if it differs from the format before; null if it does not, and on the first call.
    /// </returns>
    public EncodedFormat? Expect(EncodedFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        (EncodedFormat? before, PictureStatement? picture, SoundStatement? sound) = (_format, _picture, _sound);
        (_format, _last, _others, _otherCodec, _otherCodecs) = (format, [], 0, null, 0);
        _picture = format.Kind == MediaKind.Video ? PictureStatement.OfSets(format) : null;
        _sound = format.Kind == MediaKind.Audio ? SoundStatement.OfSets(format) : null;
        return before is null ? null
            : before.Codec != format.Codec ? format
            : picture is not null && _picture is not null && picture != _picture ? _picture.ApplyTo(before, picture)
            : sound is not null && _sound is not null && sound != _sound ? SoundStatement.ApplyTo(before, _sound.Value, sound.Value)
            : null;
    }

    /// <summary>Reads the next packet.</summary>
    /// <param name="packet">A packet of the stream.</param>
    /// <param name="isKeyFrame">True for a picture at which a stream may begin; for other pictures only the codec is checked.</param>
    /// <returns>The stream's format from this packet on, if it has changed; otherwise null.</returns>
    public EncodedFormat? Next(ReadOnlySpan<byte> packet, bool isKeyFrame) => _format switch
    {
        { Kind: MediaKind.Video } format => NextCodec(format, packet) ?? (isKeyFrame && !IsDoubtful ? NextPicture(format, packet) : null),
        { Kind: MediaKind.Audio } format => NextSound(format, packet),
        _ => null,
    };

    private EncodedFormat? NextCodec(EncodedFormat format, ReadOnlySpan<byte> packet)
    {
        _otherCodec = OtherCodec.Find(format, packet);
        _otherCodecs = Math.Max(0, _otherCodecs + (_otherCodec is null ? -1 : Weight));
        // If all following data is in one packet, the change is seen only once.
        bool comesOnce = _otherCodec == "h264" || format.Codec is "mpeg1video" or "mpeg2video";
        if (_otherCodec is not { } codec || (!comesOnce && _otherCodecs < Enough * Weight))
        {
            return null;
        }

        // The other parameters are not known yet.
        Expect(new EncodedFormat(codec, format.Kind) { Video = format.Video });
        return _format;
    }

    private EncodedFormat? NextPicture(EncodedFormat format, ReadOnlySpan<byte> packet)
    {
        ReadOnlySpan<byte> sets = PictureStatement.FindSets(format, packet);
        if (sets.IsEmpty || sets.SequenceEqual(_last))
        {
            return null;
        }

        PictureStatement? stated = PictureStatement.Of(format, packet, _picture);
        if (stated is null)
        {
            return null;
        }

        _last = sets.ToArray();
        PictureStatement known = _picture ?? stated.WithSizeOf(format);
        _picture = stated;
        if (stated == known)
        {
            return null;
        }

        _format = stated.ApplyTo(format, known);
        return _format;
    }

    private EncodedFormat? NextSound(EncodedFormat format, ReadOnlySpan<byte> packet)
    {
        if (SoundStatement.Of(format, packet) is not { } stated)
        {
            return NextSoundCodec(format, packet);
        }

        _sound ??= stated.Agreeing(format);
        if (stated == _sound)
        {
            _others = 0;
            return null;
        }

        _others = stated == _other ? _others + 1 : 1;
        _other = stated;
        if (_others < Enough)
        {
            return null;
        }

        _format = SoundStatement.ApplyTo(format, stated, _sound.Value);
        (_sound, _others) = (stated, 0);
        return _format;
    }

    private EncodedFormat? NextSoundCodec(EncodedFormat format, ReadOnlySpan<byte> packet)
    {
        // Codecs with parameter sets have no frame headers, and the headers of unknown codecs cannot be read.
        if (!format.ParameterSets.IsEmpty || !SoundStatement.IsKnown(format) || OtherSound.Find(format, packet, out int frames) is not { } stated)
        {
            return null;
        }

        _others = stated == _other ? _others + frames : frames;
        _other = stated;
        if (_others < Enough)
        {
            return null;
        }

        var audio = new AudioFormat(SampleFormat.F32Planar, stated.SampleRate, SoundStatement.LayoutOf(stated.Channels));
        Expect(new EncodedFormat(OtherSound.NameOf(stated), MediaKind.Audio) { Audio = audio });
        return _format;
    }
}
