using RetroVue.Media.Formats;

namespace RetroVue.Media.Elements.Coded;

/// <summary>
/// Watches what a stream of compressed packets says of itself, and tells where that becomes something else than it was: another codec,
/// another size, shape, profile or colour of pictures, another sampling rate or number of channels.
/// </summary>
/// <remarks>
/// Looked at are the parameter sets of H.264 and HEVC, the sequence headers of MPEG-1 and -2, and the headers of AAC, MPEG audio, AC-3 and
/// E-AC-3, in the packets and in the format; how the units of pictures begin, by which codecs differ; and frames of other sound where a
/// packet begins with no header. What is repeated is no change, nor what nobody sees or hears (timing hints, buffer sizes). Streams of
/// other codecs are believed to stay as they are. Damaged data throws nothing. Allocates only where parameters differ. For one thread at a
/// time.
/// </remarks>
public sealed class CodedChanges
{
    /// <summary>Packets of sound, or of another codec, in a row: one header may be damaged.</summary>
    private const int Enough = 3;

    /// <summary>What a packet of another codec counts, of whose pieces some may look as those of the stream's, which count one back.</summary>
    private const int Weight = 2;

    private EncodedFormat? _format;
    private byte[] _last = [];
    private PictureStatement? _picture;
    private SoundStatement? _sound;
    private SoundStatement? _other;
    private int _others;
    private string? _otherCodec;
    private int _otherCodecs;

    /// <summary>True if the last packet says something else than those before it, and others have to confirm it.</summary>
    public bool IsDoubtful => _others > 0 || _otherCodec is not null;

    /// <summary>Says what the packets that follow are of.</summary>
    /// <param name="format">The format.</param>
    /// <returns>The format as its parameter sets say where that differs from what was before; null if it does not, and the first time.</returns>
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

    /// <summary>Looks at the next packet.</summary>
    /// <param name="packet">A packet of the stream.</param>
    /// <param name="isKeyFrame">True for a picture at which a stream may begin; of others only the codec is looked at.</param>
    /// <returns>What the stream is from this packet on where that is something else than before; else null.</returns>
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
        // What all follows in one packet comes once.
        bool comesOnce = _otherCodec == "h264" || format.Codec is "mpeg1video" or "mpeg2video";
        if (_otherCodec is not { } codec || (!comesOnce && _otherCodecs < Enough * Weight))
        {
            return null;
        }

        // What else it is, nobody has said yet.
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
        // What has parameter sets brings no headers, and what is not known here has others.
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
