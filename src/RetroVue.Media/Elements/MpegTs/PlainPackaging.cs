using RetroVue.Media.Formats;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>Packets that go into the PES as they are.</summary>
internal sealed class PlainPackaging(EncodedFormat format, byte streamType, byte streamId, int usualFrameSize, byte[]? descriptors = null)
    : Packaging(format, streamType, streamId, usualFrameSize, descriptors);
