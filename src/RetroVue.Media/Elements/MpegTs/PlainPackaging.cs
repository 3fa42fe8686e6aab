using RetroVue.Media.Formats;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>Puts packets into the PES unchanged.</summary>
internal sealed class PlainPackaging(EncodedFormat format, byte streamType, byte streamId, int usualFrameSize, byte[]? descriptors = null)
    : Packaging(format, streamType, streamId, usualFrameSize, descriptors);
