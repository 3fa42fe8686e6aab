using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Elements.Coded;

/// <summary>
/// Makes a stream of compressed pictures that is entered in the middle begin where it is entered, for decoders that have shown another
/// stream before: nothing of that is referred to, and its pictures are not mixed up with those of this one.
/// </summary>
/// <remarks>
/// An intra picture of H.264 that is none becomes an IDR picture and the headers of the pictures after it count from it; a CRA picture of
/// HEVC becomes a BLA picture without leading ones (ITU-T H.265 7.4.2.2). What is decoded is the same to the bit. Other streams begin at
/// any entry by themselves. Leading pictures have to be left out by whoever uses this. For one thread at a time.
/// </remarks>
public sealed class CodedBeginning
{
    private const int CleanRandomAccess = 21;
    private const int BrokenLinkWithoutLeading = 18;

    private EncodedFormat? _format;
    private H264Beginning? _h264;

    /// <summary>Says of what format the pictures are that follow.</summary>
    public void Expect(EncodedFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        (_format, _h264) = (format, null);
    }

    /// <summary>Enters the stream at a picture, which <see cref="CodedEntry.IsEntry"/>.</summary>
    /// <param name="picture">The picture; its reference is taken over.</param>
    /// <returns>The picture as it has to be.</returns>
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

    /// <summary>Takes a picture that follows.</summary>
    /// <param name="picture">The picture; its reference is taken over.</param>
    /// <returns>The picture as it has to be.</returns>
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
