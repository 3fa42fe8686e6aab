using System.Buffers.Binary;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>Puts wrong times into files as faulty writers do: into the PES headers of a TS, the blocks of a Matroska file, the tables of an MP4.</summary>
/// <param name="random">What decides.</param>
/// <param name="rate">How many packets in one are wrong.</param>
/// <param name="mayLeaveOut">True where times may be left out, in a TS.</param>
internal sealed class WrongTimes(Random random, double rate, bool mayLeaveOut)
{
    private readonly bool[] _kinds = [.. Enumerable.Range(0, 7).Select(kind => random.Next(2) == 0 && (kind != 6 || mayLeaveOut))];

    /// <summary>True where a time was left out.</summary>
    public bool HasLeftOut { get; private set; }

    /// <summary>A file's bytes with wrong times.</summary>
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
                break;
            default:
                ChangeTable(bytes, "stts"u8, 90_000, mayBeNegative: false);
                ChangeTable(bytes, "ctts"u8, 90_000, mayBeNegative: true);
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
            if (line.Next(PesStamps.Read(pts), PesStamps.Read(dts)) is { } times)
            {
                PesStamps.Write(dts, times.Dts);
                PesStamps.Write(pts, times.Pts);
            }
            else
            {
                HasLeftOut = true;
                PesStamps.Remove(bytes, pes);
            }
        }
    }

    private void ChangeBlocks(byte[] bytes, int track)
    {
        var line = new Line(this, 1000);
        Walk(0, bytes.Length);

        void Walk(int from, int to)
        {
            for (int at = from; at < to;)
            {
                (long id, at) = ReadNumber(bytes, at, keepsMarker: true);
                (long size, at) = ReadNumber(bytes, at, keepsMarker: false);
                int end = size < 0 || at + size > to ? to : (int)(at + size);
                if (id is 0x18538067 or 0x1F43B675 or 0xA0)
                {
                    Walk(at, end);
                }
                else if (id is 0xA3 or 0xA1 && bytes[at] == (0x80 | track))
                {
                    Span<byte> time = bytes.AsSpan(at + 1, 2);
                    long old = BinaryPrimitives.ReadInt16BigEndian(time);
                    BinaryPrimitives.WriteInt16BigEndian(time, (short)Math.Clamp(line.Next(old, old)?.Pts ?? old, short.MinValue, short.MaxValue));
                }

                at = end;
            }
        }
    }

    private void ChangeTable(byte[] bytes, ReadOnlySpan<byte> name, int second, bool mayBeNegative)
    {
        int at = bytes.AsSpan().IndexOf(name);
        int count = at < 0 ? 0 : BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 8));
        for (int entry = at + 12; count > 0; count--, entry += 8)
        {
            if (random.NextDouble() < rate)
            {
                int value = random.Next(4) switch { 0 => 0, 1 => 1, 2 => random.Next(second / 10), _ => random.Next(second * 3) };
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(entry + 4), mayBeNegative && random.Next(2) == 0 ? -value : value);
            }
        }
    }

    private void ChangeEdits(byte[] bytes)
    {
        int at = bytes.AsSpan().IndexOf("elst"u8);
        if (at > 0 && random.NextDouble() < rate * 2)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at + 16), random.Next(90_000));
        }
    }

    private static (long Value, int Next) ReadNumber(byte[] bytes, int at, bool keepsMarker)
    {
        int length = 1 + System.Numerics.BitOperations.LeadingZeroCount((uint)bytes[at] << 24);
        long value = keepsMarker ? bytes[at] : bytes[at] & (0xFF >> length);
        bool isUnknown = value == 0xFF >> length;
        for (int i = 1; i < length; i++)
        {
            value = (value << 8) | bytes[at + i];
            isUnknown &= bytes[at + i] == 0xFF;
        }

        return (isUnknown && !keepsMarker ? -1 : value, at + length);
    }

    /// <summary>The times of one stream.</summary>
    private sealed class Line(WrongTimes wrong, int second)
    {
        private readonly Random _random = wrong.Random;
        private long _shift;
        private (long Pts, long Dts)? _last;

        /// <summary>What is written in place of these times; null: nothing.</summary>
        public (long Pts, long Dts)? Next(long pts, long dts)
        {
            (pts, dts) = (pts + _shift, dts + _shift);
            if (_last is { } last && _random.NextDouble() < wrong.Rate)
            {
                int kind = _random.Next(7);
                switch (wrong._kinds[kind] ? kind : -1)
                {
                    case 0:
                        (pts, dts) = last;
                        break;
                    case 1:
                        (pts, dts) = (last.Pts + 1, last.Dts + 1);
                        break;
                    case 2:
                        long back = _random.Next(second / 10, second);
                        (pts, dts) = (pts - back, dts - back);
                        break;
                    case 3:
                    case 4:
                        long step = _random.Next(second / 10, second * 2) * (kind == 3 ? 1 : -1);
                        _shift += step;
                        (pts, dts) = (pts + step, dts + step);
                        break;
                    case 5:
                        dts += _random.Next(second / 2);
                        break;
                    case 6:
                        return null;
                }
            }

            (pts, dts) = (Math.Max(pts, 0), Math.Max(dts, 0));
            _last = (pts, dts);
            return _last;
        }
    }

    private Random Random => random;

    private double Rate => rate;
}
