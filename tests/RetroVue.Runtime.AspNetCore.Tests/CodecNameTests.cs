using RetroVue.Media.Formats;
using RetroVue.Runtime.AspNetCore.Streams;

namespace RetroVue.Runtime.AspNetCore.Tests;

/// <summary>The names of codecs are those of RFC 6381 and ISO/IEC 14496-15, which players ask for.</summary>
public sealed class CodecNameTests
{
    // The parameter sets are an avcC record, a byte stream, or none; without any, the name follows from the container's profile and level.
    [TestCase("h264", "0164001FFFE1", null, 0, ExpectedResult = "avc1.64001F")]
    [TestCase("h264", "0000000109F0000000016742C01E96", null, 0, ExpectedResult = "avc1.42C01E")]
    [TestCase("h264", "", "Main", 31, ExpectedResult = "avc1.4D001F")]
    // Main 10 at level 5.1 in an hvcC record, and Main at level 4 in a byte stream with its emulation prevention bytes.
    [TestCase("hevc", "0102200000009000000000009900", null, 0, ExpectedResult = "hvc1.2.4.L153.90")]
    [TestCase("hevc", "00000001420101016000000300B0000003000003007800", null, 0, ExpectedResult = "hvc1.1.6.L120.B0")]
    [TestCase("aac", "", "LC", 0, ExpectedResult = "mp4a.40.2")]
    [TestCase("aac", "", "HE-AAC", 0, ExpectedResult = "mp4a.40.5")]
    [TestCase("mp3", "", null, 0, ExpectedResult = "mp4a.40.34")]
    [TestCase("ac3", "", null, 0, ExpectedResult = "ac-3")]
    [TestCase("eac3", "", null, 0, ExpectedResult = "ec-3")]
    [TestCase("dirac", "", null, 0, ExpectedResult = null)]
    public string? Codec_has_its_registered_name(string codec, string sets, string? profile, int level) =>
        CodecName.Of(new EncodedFormat(codec, MediaKind.Video) { ParameterSets = Convert.FromHexString(sets), Profile = profile, Level = level });
}
