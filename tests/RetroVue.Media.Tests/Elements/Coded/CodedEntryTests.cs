using RetroVue.Media.Elements.Coded;
using RetroVue.Media.Formats;

namespace RetroVue.Media.Tests.Elements.Coded;

public sealed class CodedEntryTests
{
    // Slices with first_mb_in_slice 0. Their slice_type is 7 (the picture is intra), 5 (it is predicted) or 2 (this slice is intra, others
    // may differ).
    private static readonly byte[] s_intra = [0x61, 0b1_0001000, 0x80];
    private static readonly byte[] s_predicted = [0x61, 0b1_00110_00, 0x80];
    private static readonly byte[] s_intraSlice = [0x61, 0b1_011_0000, 0x80];

    // A slice with first_mb_in_slice 3 and slice_type 0 (predicted).
    private static readonly byte[] s_predictedSlice = [0x61, 0b00100_1_00, 0x80];

    // SEI messages with a recovery point (payload type 6): after no picture, and after four (recovery_frame_cnt as ue(v)).
    private static readonly byte[] s_atOnce = [6, 6, 1, 0b1_1_0_00_100, 0x80];
    private static readonly byte[] s_later = [6, 6, 1, 0b00101_1_00, 0x80];

    // The recovery point comes after three bytes of user data with zeros. An emulation prevention byte stands among these.
    private static readonly byte[] s_afterOther = [6, 5, 4, 0, 0, 3, 1, 9, 6, 1, 0b1_1_0_00_100, 0x80];

    private static IEnumerable<TestCaseData> H264()
    {
        yield return Case("IDR", true, [0x65, 0x88]);
        yield return Case("intra without recovery point", false, s_intra);
        yield return Case("intra that recovers at once", true, s_atOnce, s_intra);
        yield return Case("intra with the recovery point after other information", true, s_afterOther, s_intra);
        yield return Case("intra that recovers later", false, s_later, s_intra);
        yield return Case("intra that none refers to", false, s_atOnce, [0x01, .. s_intra[1..]]);
        yield return Case("predicted with recovery point", false, s_atOnce, s_predicted);
        yield return Case("intra slices", true, s_atOnce, s_intraSlice);
        yield return Case("a predicted slice after an intra one", false, s_atOnce, s_intraSlice, s_predictedSlice);
        yield return Case("a second field that is predicted", true, s_atOnce, s_intraSlice, s_predicted);
        yield return Case("no picture", false, s_atOnce);

        static TestCaseData Case(string name, bool isEntry, params byte[][] units) => new TestCaseData(units, isEntry).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(H264))]
    public void H264_is_entered_at_an_IDR_picture_or_an_intra_one_that_recovers_at_once(byte[][] units, bool isEntry) =>
        AssertEntry("h264", [1, 0x64, 0, 30, 0xFF, 0xE0, 0], units, isEntry);

    // Slices of the types 0 (trailing) to 21 (CRA), and of type 22, which is reserved.
    [Test]
    public void Hevc_is_entered_at_pictures_of_random_access([Values(0, 1, 8, 9, 15, 16, 17, 18, 19, 20, 21, 22)] int type) =>
        AssertEntry("hevc", [1, .. new byte[20], 0xFF, 0], [[70, 1, 0x50], [(byte)(type << 1), 1, 0x80]], type is >= 16 and <= 21);

    [TestCase(1, true)]
    [TestCase(2, false)]
    [TestCase(3, false)]
    public void Mpeg_video_is_entered_at_an_intra_picture(int coding, bool isEntry)
    {
        byte[] packet = [0, 0, 1, 0xB8, 0, 8, 0, 0, 0, 0, 1, 0, 0, (byte)(coding << 3), 0xFF, 0xF8];
        Assert.That(CodedEntry.IsEntry(new EncodedFormat("mpeg2video", MediaKind.Video), packet), Is.EqualTo(isEntry));
    }

    [Test]
    public void What_is_damaged_is_no_entry([Values("h264", "hevc", "mpeg2video")] string codec, [Range(0, 6)] int length)
    {
        byte[] packet = [0, 0, 1, 6, 6, 1];
        Assert.That(CodedEntry.IsEntry(new EncodedFormat(codec, MediaKind.Video), packet.AsSpan(0, length)), Is.False);
    }

    private static void AssertEntry(string codec, byte[] record, byte[][] units, bool isEntry)
    {
        var byteStream = new EncodedFormat(codec, MediaKind.Video);
        Assert.That(CodedEntry.IsEntry(byteStream, [.. units.SelectMany(unit => (byte[])[0, 0, 0, 1, .. unit])]), Is.EqualTo(isEntry));
        byte[] prefixed = [.. units.SelectMany(unit => (byte[])[0, 0, 0, (byte)unit.Length, .. unit])];
        Assert.That(CodedEntry.IsEntry(byteStream with { ParameterSets = record }, prefixed), Is.EqualTo(isEntry));
    }
}
