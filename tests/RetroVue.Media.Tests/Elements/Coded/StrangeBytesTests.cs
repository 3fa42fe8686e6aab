using RetroVue.Media.Elements.Coded;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Tests.Elements.Coded;

/// <summary>
/// A packet or a parameter set may hold any bytes. Reading it ends, throws nothing, and does not change what is read afterwards.
/// </summary>
public sealed class StrangeBytesTests
{
    private static readonly string[] s_codecs = ["h264", "hevc", "mpeg1video", "mpeg2video", "aac", "mp2", "ac3", "eac3"];

    [Test]
    public void Any_bytes_are_read_to_their_end() => RandomCases.Run(20_000, CheckCase);

    // log2_max_pic_order_cnt_lsb_minus4 is 2^31 - 6, so a picture's order and a long-term reference would have that many bits.
    [Test]
    public void Sequence_whose_counts_have_more_bits_than_there_are_is_damaged()
    {
        var target = new byte[200];
        var writer = new BitWriter(target);
        writer.Bits(33 << 1, 8);
        writer.Bits(1, 8);
        writer.Bits(1, 8);
        writer.Bits(1, 8);
        writer.Bits(0, 32);
        writer.Bits(0, 32);
        writer.Bits(0, 24);
        // The identity, the chroma format, the size, no cropping, and the bit depths.
        foreach (uint value in new uint[] { 0, 1, 320, 180 })
        {
            writer.Unsigned(value);
        }

        writer.Bits(0, 1);
        writer.Unsigned(0);
        writer.Unsigned(0);
        writer.Unsigned(int.MaxValue - 5);
        writer.Bits(1, 1);
        for (int i = 0; i < 9; i++)
        {
            writer.Unsigned(0);
        }

        // No scaling lists, two flags, no PCM, no short-term sets, and long-term references.
        writer.Bits(0, 4);
        writer.Unsigned(0);
        writer.Bits(1, 1);
        writer.Unsigned(8);
        byte[] unit = new byte[target.Length * 2];
        int length = NalBytes.Escape(target, unit);
        var changes = new CodedChanges();
        changes.Expect(new EncodedFormat("hevc", MediaKind.Video) { Video = new VideoFormat(PixelFormat.Yuv420P, 320, 180, default) });
        Assert.That(changes.Next([0, 0, 0, 1, .. unit.AsSpan(0, length)], isKeyFrame: true), Is.Null);
    }

    private static void CheckCase(Random random)
    {
        string codec = s_codecs[random.Next(s_codecs.Length)];
        MediaKind kind = Array.IndexOf(s_codecs, codec) < 4 ? MediaKind.Video : MediaKind.Audio;
        var format = new EncodedFormat(codec, kind) { ParameterSets = random.Next(2) == 0 ? default : Bytes(random, codec) };
        byte[] others = Bytes(random, codec);
        byte[][] packets = [.. Enumerable.Range(0, 4).Select(_ => Bytes(random, codec))];
        byte[][] kept = [.. packets.Select(packet => packet.ToArray())];
        (CodedChanges changes, CodedBeginning beginning) = (new CodedChanges(), new CodedBeginning());
        List<object?> once = ReadAll(changes, beginning, format, others, packets);
        Assert.That(packets, Is.EqualTo(kept), "reading changes no bytes");
        Assert.That(ReadAll(changes, beginning, format, others, packets), Is.EqualTo(once), "reading strange bytes changes no later result");
    }

    /// <summary>Returns the results of all readers for a format, for packets of it, and for other parameter sets after them.</summary>
    private static List<object?> ReadAll(CodedChanges changes, CodedBeginning beginning, EncodedFormat format, byte[] others, byte[][] packets)
    {
        List<object?> said = [];
        changes.Expect(format);
        beginning.Expect(format);
        for (int i = 0; i < packets.Length; i++)
        {
            said.Add(CodedEntry.IsEntry(format, packets[i]));
            EncodedFormat? changed = changes.Next(packets[i], isKeyFrame: true);
            said.Add((changed?.Codec, changed?.Video, changed?.Audio));
            MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Copy(packets[i]));
            MediaBuffer begun = i == 0 ? beginning.Enter(buffer) : beginning.Follow(buffer);
            said.Add(begun.Data.ToArray());
            begun.Release();
        }

        EncodedFormat? other = changes.Expect(format with { ParameterSets = others });
        said.Add((other?.Codec, other?.Video, other?.Audio));
        return said;
    }

    /// <summary>
    /// Makes units of the kinds that are read. They have many zeros, because a number that begins with more zeros is longer.
    /// </summary>
    private static byte[] Bytes(Random random, string codec)
    {
        var bytes = new List<byte>();
        if (random.Next(4) == 0)
        {
            // The beginning of a record of parameter sets.
            bytes.AddRange([1, 100, 0, 30, 0xFF, 0xE1]);
        }

        byte[] kinds = codec switch
        {
            "h264" => [0x67, 0x68, 0x65, 0x61, 0x06],
            "hevc" => [0x42, 0x40, 0x2A, 0x02, 0x26],
            "mpeg1video" or "mpeg2video" => [0xB3, 0xB5, 0x00, 0xB8],
            "aac" => [0xFF],
            _ => [0xFF, 0x0B],
        };
        for (int units = random.Next(1, 5); units > 0; units--)
        {
            if (kinds.Length > 2)
            {
                bytes.AddRange([0, 0, 0, 1]);
            }

            bytes.Add(kinds[random.Next(kinds.Length)]);
            if (codec == "h264" && random.Next(2) == 0)
            {
                bytes.AddRange([66, 0, 30]);
            }

            int zeros = random.Next(1, 4);
            for (int left = random.Next(80); left > 0; left--)
            {
                bytes.Add(random.Next(4) < zeros ? (byte)0 : (byte)random.Next(256));
            }
        }

        return [.. bytes];
    }
}
