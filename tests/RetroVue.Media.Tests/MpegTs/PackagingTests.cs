using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.MpegTs;

public sealed class PackagingTests
{
    private static readonly byte[] s_delimiter = [0, 0, 0, 1, 0x09, 0xF0];
    private static readonly byte[] s_sets = [0, 0, 0, 1, 0x67, 0xAB, 0, 0, 0, 1, 0x68, 0xCD];

    /// <summary>An avcC record with one SPS and one PPS of two bytes each, and lengths of four bytes.</summary>
    private static readonly byte[] s_record = [1, 0x67, 0, 30, 0xFF, 0xE1, 0, 2, 0x67, 0xAB, 1, 0, 2, 0x68, 0xCD];

    [TearDown]
    public void No_buffer_is_left() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public void Length_prefixed_key_frame_gets_delimiter_and_parameter_sets() => Assert.That(
        Carried(s_record, isKey: true, [0, 0, 0, 2, 0x06, 9, 0, 0, 0, 3, 0x65, 7, 8]),
        Is.EqualTo((byte[])[.. s_delimiter, .. s_sets, 0, 0, 1, 0x06, 9, 0, 0, 1, 0x65, 7, 8]));

    [Test]
    public void Length_prefixed_frame_with_delimiter_of_its_own_keeps_it_before_the_sets() => Assert.That(
        Carried(s_record, isKey: true, [0, 0, 0, 2, 0x09, 0x10, 0, 0, 0, 2, 0x65, 7]),
        Is.EqualTo((byte[])[0, 0, 0, 1, 0x09, 0x10, .. s_sets, 0, 0, 1, 0x65, 7]));

    [Test]
    public void Sets_in_band_are_not_doubled() => Assert.That(
        Carried(s_record, isKey: true, [0, 0, 0, 2, 0x67, 1, 0, 0, 0, 2, 0x68, 2, 0, 0, 0, 2, 0x65, 7]),
        Is.EqualTo((byte[])[.. s_delimiter, 0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 2, 0, 0, 1, 0x65, 7]));

    [Test]
    public void Frame_between_key_frames_gets_no_sets() => Assert.That(
        Carried(s_record, isKey: false, [0, 0, 0, 2, 0x41, 7]), Is.EqualTo((byte[])[.. s_delimiter, 0, 0, 1, 0x41, 7]));

    [Test]
    public void Length_beyond_the_packet_takes_what_is_there() => Assert.That(
        Carried(s_record, isKey: false, [0xFF, 0xFF, 0xFF, 0xFF, 0x41, 7]), Is.EqualTo((byte[])[.. s_delimiter, 0, 0, 1, 0x41, 7]));

    [Test]
    public void Byte_stream_key_frame_gets_sets_after_its_delimiter() => Assert.That(
        Carried(s_sets, isKey: true, [0, 0, 0, 1, 0x09, 0x10, 0, 0, 1, 0x65, 7]),
        Is.EqualTo((byte[])[0, 0, 0, 1, 0x09, 0x10, .. s_sets, 0, 0, 1, 0x65, 7]));

    [Test]
    public void Byte_stream_with_everything_passes_unchanged()
    {
        byte[] frame = [.. s_delimiter, .. s_sets, 0, 0, 1, 0x65, 7];
        Assert.That(Carried(s_sets, isKey: true, frame), Is.EqualTo(frame));
    }

    [Test]
    public void Truncated_record_is_refused() => Assert.That(
        () => TransportStreamWriter.CanCarry(new EncodedFormat("h264", MediaKind.Video) { ParameterSets = s_record.AsMemory(0, 9) }),
        Throws.ArgumentException);

    [Test]
    public void Hole_in_sound_closes_the_pes_and_keeps_its_time()
    {
        using var bench = new TransportStreamBench();
        TransportStreamTrack track = bench.Writer.AddTrack(TransportStreamBench.Aac());
        long[] samples = [0, 1024, 2048, 3072 + 480, 4096 + 480];
        foreach (long sample in samples)
        {
            MediaBuffer frame = MediaBuffer.Create(HeapMemory.Copy([1, 2, 3]));
            frame.Pts = ClockTime.FromUnits(sample, new Rational(1, 48_000));
            bench.Writer.Write(track, frame);
        }

        bench.Writer.Finish(bench);
        ParsedPes[] packets = [.. bench.Parsed.Pes];
        Assert.That(packets.Sum(pes => pes.Payload.Count), Is.EqualTo(5 * 10), "7 bytes of header and 3 of sound each");
        // A hole of 10 ms, 480 samples at 48 kHz, in ticks of 90 kHz.
        Assert.That(packets.Select(pes => pes.Pts), Does.Contain((3072 + 480) * 90_000 / 48_000));
    }

    private static byte[] Carried(byte[] parameterSets, bool isKey, byte[] frame)
    {
        using var bench = new TransportStreamBench();
        TransportStreamTrack track = bench.Writer.AddTrack(new EncodedFormat("h264", MediaKind.Video) { ParameterSets = parameterSets });
        MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Copy(frame));
        buffer.Pts = ClockTime.FromSeconds(1);
        buffer.Flags = isKey ? BufferFlags.KeyFrame : BufferFlags.None;
        bench.Writer.Write(track, buffer);
        bench.Writer.Finish(bench);
        return [.. bench.Parsed.Pes.Single().Payload];
    }
}
