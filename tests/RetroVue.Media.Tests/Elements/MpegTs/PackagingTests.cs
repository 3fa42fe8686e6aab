using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.MpegTs;

public sealed class PackagingTests
{
    private static readonly byte[] s_delimiter = [0, 0, 0, 1, 0x09, 0xF0];
    private static readonly byte[] s_sets = [0, 0, 0, 1, 0x67, 0xAB, 0, 0, 0, 1, 0x68, 0xCD];

    /// <summary>An avcC record with one SPS and one PPS of two bytes each, and lengths of four bytes.</summary>
    private static readonly byte[] s_record = [1, 0x67, 0, 30, 0xFF, 0xE1, 0, 2, 0x67, 0xAB, 1, 0, 2, 0x68, 0xCD];

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
    public void Sequence_parameters_missing_in_band_come_before_the_picture_parameters_there() => Assert.That(
        Carried(s_record, isKey: true, [0, 0, 0, 2, 0x68, 2, 0, 0, 0, 2, 0x06, 9, 0, 0, 0, 2, 0x65, 7]),
        Is.EqualTo((byte[])[.. s_delimiter, 0, 0, 0, 1, 0x67, 0xAB, 0, 0, 0, 1, 0x68, 2, 0, 0, 1, 0x06, 9, 0, 0, 1, 0x65, 7]));

    [Test]
    public void Picture_parameters_missing_in_band_come_after_the_sequence_parameters_there() => Assert.That(
        Carried(s_record, isKey: true, [0, 0, 0, 2, 0x67, 2, 0, 0, 0, 2, 0x06, 9, 0, 0, 0, 2, 0x65, 7]),
        Is.EqualTo((byte[])[.. s_delimiter, 0, 0, 0, 1, 0x67, 2, 0, 0, 0, 1, 0x68, 0xCD, 0, 0, 1, 0x06, 9, 0, 0, 1, 0x65, 7]));

    [Test]
    public void Byte_stream_lacking_one_kind_gets_that_kind_in_its_place()
    {
        Assert.That(
            Carried(s_sets, isKey: true, [0, 0, 0, 1, 0x09, 0x10, 0, 0, 0, 1, 0x68, 2, 0, 0, 1, 0x65, 7]),
            Is.EqualTo((byte[])[0, 0, 0, 1, 0x09, 0x10, 0, 0, 0, 1, 0x67, 0xAB, 0, 0, 0, 1, 0x68, 2, 0, 0, 1, 0x65, 7]));
        Assert.That(
            Carried(s_sets, isKey: true, [0, 0, 1, 0x67, 2, 0, 0, 1, 0x65, 7]),
            Is.EqualTo((byte[])[.. s_delimiter, 0, 0, 1, 0x67, 2, 0, 0, 0, 1, 0x68, 0xCD, 0, 0, 1, 0x65, 7]));
    }

    [Test]
    public void Each_kind_of_hevc_sets_is_decided_by_itself([Range(0, 7)] int inBand, [Values] bool isByteStream)
    {
        // The types of VPS, SPS and PPS are 32 to 34. The second byte, 1, is the layer and the time. The third byte tells the container's
        // sets from those in the stream.
        byte[][] container = [[0x40, 1, 0xA], [0x42, 1, 0xB], [0x44, 1, 0xC]];
        byte[] slice = [0x26, 1, 7];
        byte[] record = [.. new byte[21], 3, 3, .. container.SelectMany(set => (byte[])[set[0], 0, 1, 0, 3, .. set])];
        record[0] = 1;
        byte[] stream = [.. container.SelectMany(Coded)];
        byte[][] units = [.. Enumerable.Range(0, 3).Where(kind => (inBand & (1 << kind)) != 0).Select(kind => (byte[])[container[kind][0], 1, 0xF]), slice];
        byte[] frame = [.. units.SelectMany(unit => isByteStream ? Coded(unit) : [0, 0, 0, 3, .. unit])];
        byte[] carried = Carried(isByteStream ? stream : record, isKey: true, frame, "hevc");
        byte[] expected = [.. Enumerable.Range(0, 3).Select(kind => (inBand & (1 << kind)) != 0 ? (byte)0xF : container[kind][2]), 7];
        Assert.That(UnitsOf(carried).Skip(1).Select(unit => unit[^1]), Is.EqualTo(expected), "after the delimiter");

        static byte[] Coded(byte[] unit) => [0, 0, 0, 1, .. unit];
    }

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
        // The hole is 10 ms long: 480 samples at 48 kHz, here in ticks of 90 kHz.
        Assert.That(packets.Select(pes => pes.Pts), Does.Contain((3072 + 480) * 90_000 / 48_000));
    }

    [Test]
    public void Silent_sound_of_a_byte_or_two_is_framed_and_an_empty_packet_left_out()
    {
        // In MPEG-4 AAC, the element that ends a frame has three bits, which is one byte with padding.
        byte[][] frames = [[0xE0], [], [0x21, 0x4C], [0x21, 0, 3, 0x40, 0x68, 0x1C]];
        byte[] carried = CarriedSound(frames, out TransportStreamWriter writer);
        Assert.That(carried, Is.EqualTo((byte[])[.. Framed([0xE0]), .. Framed([0x21, 0x4C]), .. Framed([0x21, 0, 3, 0x40, 0x68, 0x1C])]));
        Assert.That(writer.EmptyPackets, Is.EqualTo(1));
    }

    [Test]
    public void Frames_that_have_their_headers_pass_one_or_several_in_a_packet()
    {
        byte[] one = [.. Framed([1, 2, 3])], two = [.. Framed([1, 2, 3]), .. Framed([4])];
        Assert.That(CarriedSound([one, two], out _), Is.EqualTo((byte[])[.. one, .. two]));
    }

    [Test]
    public void Sound_that_only_looks_like_a_header_gets_one()
    {
        byte[] cut = [.. Framed([1, 2, 3]).Take(9)];
        Assert.That(CarriedSound([cut], out _), Is.EqualTo(Framed(cut)));
    }

    [Test]
    public void Aac_in_latm_and_other_codecs_without_a_place_are_refused_by_name()
    {
        foreach (string codec in new[] { "aac_latm", "opus", "vp9", "pcm_s16le", "mjpeg" })
        {
            var format = new EncodedFormat(codec, MediaKind.Other);
            Assert.That(TransportStreamWriter.CanCarry(format), Is.False);
            using var bench = new TransportStreamBench();
            Assert.That(() => bench.Writer.AddTrack(format), Throws.ArgumentException.With.Message.Contains(codec));
        }
    }

    /// <summary>Returns a frame with an ADTS header for <see cref="TransportStreamBench.Aac"/>: LC, 48 kHz, stereo, no CRC.</summary>
    private static byte[] Framed(byte[] frame)
    {
        int length = frame.Length + 7;
        return [0xFF, 0xF1, 0x4C, (byte)(0x80 | (length >> 11)), (byte)(length >> 3), (byte)(0x1F | (length << 5)), 0xFC, .. frame];
    }

    private static byte[] CarriedSound(byte[][] frames, out TransportStreamWriter writer)
    {
        using var bench = new TransportStreamBench();
        writer = bench.Writer;
        TransportStreamTrack track = writer.AddTrack(TransportStreamBench.Aac());
        for (int i = 0; i < frames.Length; i++)
        {
            MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Copy(frames[i]));
            buffer.Pts = ClockTime.FromUnits(i * 1024, new Rational(1, 48_000));
            writer.Write(track, buffer);
        }

        writer.Finish(bench);
        return [.. bench.Parsed.Pes.SelectMany(pes => pes.Payload)];
    }

    private static List<byte[]> UnitsOf(byte[] byteStream)
    {
        var units = new List<byte[]>();
        ReadOnlySpan<byte> rest = byteStream, code = [0, 0, 1];
        while (rest.IndexOf(code) is var at and >= 0)
        {
            rest = rest[(at + 3)..];
            int end = rest.IndexOf(code);
            units.Add(rest[..(end < 0 ? rest.Length : end)].TrimEnd((byte)0).ToArray());
        }

        return units;
    }

    private static byte[] Carried(byte[] parameterSets, bool isKey, byte[] frame, string codec = "h264")
    {
        using var bench = new TransportStreamBench();
        TransportStreamTrack track = bench.Writer.AddTrack(new EncodedFormat(codec, MediaKind.Video) { ParameterSets = parameterSets });
        MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Copy(frame));
        buffer.Pts = ClockTime.FromSeconds(1);
        buffer.Flags = isKey ? BufferFlags.KeyFrame : BufferFlags.None;
        bench.Writer.Write(track, buffer);
        bench.Writer.Finish(bench);
        return [.. bench.Parsed.Pes.Single().Payload];
    }
}
