namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>
/// H.264 pictures of two fields, which are coded one by one, as broadcasters' encoders do and no encoder here can. They are grey
/// macroblocks without prediction, in the order I P b P b.
/// </summary>
internal static class FieldPictures
{
    private const int FramesInGroup = 12;
    private static readonly byte[] s_delimiter = Unit(9, new Bits().Put(7, 3));

    /// <summary>Sequence and picture parameter sets: 32x32, 25 frames per second.</summary>
    public static byte[] ParameterSets { get; } =
    [
        .. Unit(0x67, new Bits().Put(77, 8).Put(0, 8).Put(30, 8).Ue(0).Ue(0).Ue(0).Ue(4).Ue(3).Put(0, 1).Ue(1).Ue(0).Put(0, 1).Put(0, 1).Put(1, 1).Put(0, 1)
            .Put(1, 1).Put(0, 4).Put(1, 1).Put(1, 32).Put(50, 32).Put(1, 1).Put(0, 3).Put(1, 1).Put(1, 1).Ue(0).Ue(0).Ue(10).Ue(10).Ue(1).Ue(3)),
        .. Unit(0x68, new Bits().Ue(0).Ue(0).Put(0, 2).Ue(0).Ue(0).Ue(0).Put(0, 3).Ue(0).Ue(0).Ue(0).Put(0, 3)),
    ];

    /// <summary>
    /// Returns frames in decoding order: the access units of both fields, the time at which the frame is shown (as a count of frames), and
    /// if it is a key frame.
    /// </summary>
    public static IEnumerable<(byte[] First, byte[] Second, int Shown, bool IsKey)> Frames(int count)
    {
        for (int i = 0; i < count; i++)
        {
            (int group, int place) = (i / FramesInGroup * FramesInGroup, i % FramesInGroup);
            // The order is 0, 2, 1, 4, 3 and so on. The last frame follows in order.
            int shown = place == 0 || place == FramesInGroup - 1 ? place : place % 2 == 1 ? place + 1 : place - 1;
            bool isReference = shown >= place;
            int number = (place + 1) / 2;
            byte[] sets = place == 0 ? ParameterSets : [];
            yield return (
                [.. s_delimiter, .. sets, .. Field(place == 0, isReference, number, 2 * shown, false)],
                [.. s_delimiter, .. Field(false, isReference, number, (2 * shown) + 1, true)],
                group + shown,
                place == 0);
        }
    }

    private static byte[] Field(bool isIdr, bool isReference, int number, int order, bool isBottom)
    {
        Bits bits = new Bits().Ue(0).Ue(7).Ue(0).Put(number, 4).Put(1, 1).Put(isBottom ? 1 : 0, 1);
        bits = isIdr ? bits.Ue(0).Put(order, 8).Put(0, 2) : isReference ? bits.Put(order, 8).Put(0, 1) : bits.Put(order, 8);
        bits.Ue(0);
        for (int i = 0; i < 2; i++)
        {
            bits.Ue(25).Align();
            for (int sample = 0; sample < 384; sample++)
            {
                bits.Put(128, 8);
            }
        }

        return Unit(isIdr ? 0x65 : isReference ? 0x41 : 0x01, bits);
    }

    private static byte[] Unit(int header, Bits payload)
    {
        List<byte> unit = [0, 0, 0, 1, (byte)header];
        int zeros = 0;
        foreach (byte value in payload.End())
        {
            if (zeros >= 2 && value <= 3)
            {
                unit.Add(3);
                zeros = 0;
            }

            unit.Add(value);
            zeros = value == 0 ? zeros + 1 : 0;
        }

        return [.. unit];
    }

    /// <summary>Writes bits, and numbers as Exp-Golomb codes.</summary>
    private sealed class Bits
    {
        private readonly List<byte> _bytes = [];
        private int _count;

        public Bits Put(int value, int count)
        {
            for (int i = count - 1; i >= 0; i--, _count++)
            {
                if (_count % 8 == 0)
                {
                    _bytes.Add(0);
                }

                _bytes[^1] |= (byte)(((value >> i) & 1) << (7 - (_count % 8)));
            }

            return this;
        }

        public Bits Ue(int value)
        {
            int length = int.Log2(value + 1);
            return Put(0, length).Put(value + 1, length + 1);
        }

        public void Align() => Put(0, (8 - (_count % 8)) % 8);

        public List<byte> End()
        {
            Put(1, 1).Align();
            return _bytes;
        }
    }
}
