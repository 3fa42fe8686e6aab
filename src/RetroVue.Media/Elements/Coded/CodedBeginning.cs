using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Elements.Coded;

/// <summary>
/// Changes the first pictures of a stream that is joined in the middle, so that a decoder that has decoded another stream before starts
/// cleanly: the pictures refer to nothing before the join, and are not mixed with earlier pictures.
/// </summary>
/// <remarks>
/// An intra picture of H.264 that is not an IDR picture becomes one, and the headers of the following pictures count from it. A CRA picture
/// of HEVC becomes a BLA picture without leading pictures (ITU-T H.265 7.4.2.2). The decoded pictures are bit-exact the same. Streams of
/// other codecs can be joined without changes. The caller has to drop leading pictures. For one thread at a time.
/// </remarks>
public sealed class CodedBeginning
{
    private const int CleanRandomAccess = 21;
    private const int BrokenLinkWithoutLeading = 18;

    private EncodedFormat? _format;
    private H264Beginning? _h264;

    /// <summary>Sets the format of the pictures that follow.</summary>
    public void Expect(EncodedFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        (_format, _h264) = (format, null);
    }

    /// <summary>Begins the stream at a picture for which <see cref="CodedEntry.IsEntry"/> is true.</summary>
    /// <param name="picture">The picture; its reference is taken over.</param>
    /// <returns>The changed picture.</returns>
    public MediaBuffer Enter(MediaBuffer picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        switch (_format?.Codec)
        {
            case "h264":
                _h264 ??= new H264Beginning(_format);
                return _h264.TryBegin(picture.Data, out ReadOnlySpan<byte> changed) ? Replace(picture, changed) : picture;
            case "hevc":
                return WithBrokenLink(picture, NalUnits.LengthSizeOf(_format));
            default:
                return picture;
        }
    }

    /// <summary>Changes a following picture if necessary.</summary>
    /// <param name="picture">The picture; its reference is taken over.</param>
    /// <returns>The changed picture.</returns>
    public MediaBuffer Follow(MediaBuffer picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return _h264 is { IsActive: true } && _h264.TryFollow(picture.Data, out ReadOnlySpan<byte> changed) ? Replace(picture, changed) : picture;
    }

    private static MediaBuffer Replace(MediaBuffer picture, ReadOnlySpan<byte> bytes)
    {
        MediaBuffer replaced = picture.CopyHeader(HeapMemory.Copy(bytes));
        picture.Release();
        return replaced;
    }

    private static MediaBuffer WithBrokenLink(MediaBuffer picture, int lengthSize)
    {
        HeapMemory? changed = null;
        for (var units = new NalUnits(picture.Data, lengthSize); units.MoveNext();)
        {
            if (((units.Unit[0] >> 1) & 0x3F) == CleanRandomAccess)
            {
                changed ??= HeapMemory.Copy(picture.Data);
                changed.WritablePlane(0)[units.Start] = (byte)((units.Unit[0] & 0x81) | (BrokenLinkWithoutLeading << 1));
            }
        }

        if (changed is null)
        {
            return picture;
        }

        MediaBuffer replaced = picture.CopyHeader(changed);
        picture.Release();
        return replaced;
    }
}
