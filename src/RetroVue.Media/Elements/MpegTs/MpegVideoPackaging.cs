using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>
/// MPEG-1 and MPEG-2 video: inserts the sequence header (ISO/IEC 13818-2 6.2.2.1) before a key frame that does not contain it.
/// </summary>
internal sealed class MpegVideoPackaging(EncodedFormat format, byte streamType) : Packaging(format, streamType, 0xE0)
{
    private readonly byte[] _sequenceHeader = format.ParameterSets.ToArray();

    public override void AddTo(PesPacket pes, MediaBuffer buffer)
    {
        ReadOnlySpan<byte> sequenceHeaderCode = [0, 0, 1, 0xB3];
        if (buffer.IsKeyFrame && !buffer.Data.StartsWith(sequenceHeaderCode))
        {
            pes.Add(_sequenceHeader);
        }

        base.AddTo(pes, buffer);
    }
}
