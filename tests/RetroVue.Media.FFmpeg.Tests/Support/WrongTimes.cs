using System.Buffers.Binary;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>
/// Puts wrong times into files, as faulty writers do: into the PES headers of a TS, the blocks of a Matroska file, the tables of an MP4.
/// </summary>
/// <param name="random">The source of chance.</param>
/// <param name="share">The share of packets that get wrong times.</param>
internal sealed class WrongTimes(Random random, double share)
{
    /// <summary>The faults that a packet's times may get. A file has some of these.</summary>
    private enum Fault
    {
        /// <summary>The times of the packet before.</summary>
        Repeated,

        /// <summary>A tick after the packet before.</summary>
        TooNear,

        /// <summary>Earlier by up to a second, once.</summary>
        Back,

        /// <summary>Later by up to two seconds from here on.</summary>
        Ahead,

        /// <summary>Earlier by up to two seconds from here on.</summary>
        BackForGood,

        /// <summary>Decoded after it is presented.</summary>
        DecodedLate,

        /// <summary>No times, in a TS.</summary>
        Missing,

        /// <summary>No decoding time, in a TS.</summary>
        NoDecoding,
    }

    private readonly Fault[] _faults = [.. Enum.GetValues<Fault>().Where(_ => random.Next(2) == 0)];

    /// <summary>The number of times that were made wrong. A packet that was changed twice counts twice.</summary>
    public int Count { get; private set; }

    /// <summary>Returns a file's bytes with wrong times.</summary>
    public byte[] In(byte[] file, string container)
    {
        byte[] bytes = [.. file];
        switch (container)
        {
            case "ts":
                ChangeTransportStream(bytes, 0xE0);
                ChangeTransportStream(bytes, 0xC0);
                break;
            case "mkv":
                ChangeBlocks(bytes, 1);
                ChangeBlocks(bytes, 2);
                return random.Next(2) == 0 ? bytes : MatroskaElements.WithDurations(bytes, AnyDuration);
            default:
                ChangeTable(bytes, "stts"u8, mayBeNegative: false);
                ChangeTable(bytes, "ctts"u8, mayBeNegative: true);
                ChangeFragments(bytes);
                ChangeEdits(bytes);
                break;
        }

        return bytes;
    }

    private void ChangeTransportStream(byte[] bytes, byte id)
    {
        var line = new Line(this, 90_000);
        foreach (int pes in PesStamps.Find(bytes, id))
        {
            Span<byte> pts = bytes.AsSpan(pes + 9, 5), dts = bytes.AsSpan(pes + PesStamps.DecodingAt(bytes, pes), 5);
            (long shown, long decoded, Fault? fault) = line.Next(PesStamps.Read(pts), PesStamps.Read(dts));
            PesStamps.Write(dts, decoded);
            PesStamps.Write(pts, shown);
            switch (fault)
            {
                case Fault.Missing:
                    PesStamps.Remove(bytes, pes);
                    break;
                case Fault.NoDecoding:
                    PesStamps.RemoveDecoding(bytes, pes);
                    break;
            }
        }
    }

    private void ChangeBlocks(byte[] bytes, int track)
    {
        var line = new Line(this, 1000);
        foreach (int block in MatroskaElements.Blocks(bytes, track))
        {
            Span<byte> time = bytes.AsSpan(block + 1, 2);
            long old = BinaryPrimitives.ReadInt16BigEndian(time);
            BinaryPrimitives.WriteInt16BigEndian(time, (short)Math.Clamp(line.Next(old, old).Pts, short.MinValue, short.MaxValue));
        }
    }

    /// <summary>Returns no duration, or one that is zero, random, or far too long.</summary>
    private long? AnyDuration()
    {
        if (random.NextDouble() >= share)
        {
            return null;
        }

        Count++;
        return random.Next(4) switch { 0 => 0, 1 => random.Next(10_000), 2 => 1L << random.Next(62), _ => -1 };
    }

    private void ChangeTable(byte[] bytes, ReadOnlySpan<byte> name, bool mayBeNegative)
    {
        int at = bytes.AsSpan().IndexOf(name);
        int count = at < 0 ? 0 : BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 8));
        for (int entry = at + 12; count > 0; count--, entry += 8)
        {
            Change(bytes.AsSpan(entry + 4, 4), mayBeNegative, BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(entry)));
        }
    }

    /// <summary>Changes the durations and composition offsets of the samples in the runs of fragments (ISO/IEC 14496-12 8.8.8).</summary>
    private void ChangeFragments(byte[] bytes)
    {
        for (int at = 0; bytes.AsSpan(at).IndexOf("trun"u8) is >= 0 and var next;)
        {
            at += next + 4;
            int flags = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at)) & 0xFFFFFF;
            int count = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 4));
            int field = at + 8 + ((flags & 1) == 0 ? 0 : 4) + ((flags & 4) == 0 ? 0 : 4);
            for (; count > 0 && field < bytes.Length - 16; count--)
            {
                foreach (int kind in new[] { 0x100, 0x200, 0x400, 0x800 }.Where(kind => (flags & kind) != 0))
                {
                    if (kind is 0x100 or 0x800)
                    {
                        Change(bytes.AsSpan(field, 4), mayBeNegative: kind == 0x800, 1);
                    }

                    field += 4;
                }
            }
        }
    }

    private void Change(Span<byte> field, bool mayBeNegative, int packets)
    {
        const int second = 90_000;
        if (random.NextDouble() < share)
        {
            Count += packets;
            int value = random.Next(4) switch { 0 => 0, 1 => 1, 2 => random.Next(second / 10), _ => random.Next(second * 3) };
            BinaryPrimitives.WriteInt32BigEndian(field, mayBeNegative && random.Next(2) == 0 ? -value : value);
        }
    }

    private void ChangeEdits(byte[] bytes)
    {
        int at = bytes.AsSpan().IndexOf("elst"u8);
        if (at > 0 && random.NextDouble() < share * 2)
        {
            Count++;
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at + 16), random.Next(90_000));
        }
    }

    /// <summary>The times of one stream.</summary>
    private sealed class Line(WrongTimes wrong, int second)
    {
        private readonly Random _random = wrong.Random;
        private long _shift;
        private (long Pts, long Dts)? _last;

        /// <summary>Returns the times to write in the place of these, and their fault.</summary>
        public (long Pts, long Dts, Fault? Fault) Next(long pts, long dts)
        {
            (pts, dts) = (pts + _shift, dts + _shift);
            Fault? fault = wrong.NextFault();
            var last = _last ?? (pts, dts);
            switch (fault)
            {
                case Fault.Repeated:
                    (pts, dts) = last;
                    break;
                case Fault.TooNear:
                    (pts, dts) = (last.Pts + 1, last.Dts + 1);
                    break;
                case Fault.Back:
                    long back = _random.Next(second / 10, second);
                    (pts, dts) = (pts - back, dts - back);
                    break;
                case Fault.Ahead or Fault.BackForGood:
                    long step = _random.Next(second / 10, second * 2) * (fault == Fault.Ahead ? 1 : -1);
                    _shift += step;
                    (pts, dts) = (pts + step, dts + step);
                    break;
                case Fault.DecodedLate:
                    dts += _random.Next(second / 2);
                    break;
            }

            // A time that cannot be stored, such as one before a Matroska cluster's own time, is one more wrong time.
            wrong.Count += pts < 0 ? 1 : 0;
            _last = (Math.Max(pts, 0), Math.Max(dts, 0));
            return (_last.Value.Pts, _last.Value.Dts, fault);
        }
    }

    private Fault? NextFault()
    {
        if (_faults.Length == 0 || random.NextDouble() >= share)
        {
            return null;
        }

        Count++;
        return _faults[random.Next(_faults.Length)];
    }

    private Random Random => random;
}
