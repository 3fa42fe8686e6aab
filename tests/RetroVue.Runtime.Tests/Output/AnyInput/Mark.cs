using System.Globalization;
using System.Text;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>A mark in a test's packet, by which the test recognizes the packet in the output.</summary>
/// <param name="Item">The item of which the packet is.</param>
/// <param name="Number">The number of the packet.</param>
internal readonly record struct Mark(char Item, int Number)
{
    /// <summary>The item that is tested.</summary>
    public const char First = 'A';

    /// <summary>The next item.</summary>
    public const char Next = 'B';

    /// <summary>A slate in the place of an item.</summary>
    public const char Slate = 'S';

    /// <summary>The number of bytes of a mark.</summary>
    public const int Length = 10;

    /// <summary>The mark in bytes, none of which is zero.</summary>
    public byte[] ToBytes() => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"#{Item}{Number:D7}#"));

    /// <summary>Returns the marks in a stretch of bytes.</summary>
    public static List<Mark> Find(ReadOnlySpan<byte> bytes)
    {
        List<Mark> marks = [];
        for (int at = bytes.IndexOf((byte)'#'); at >= 0 && bytes.Length >= at + Length;)
        {
            ReadOnlySpan<byte> text = bytes.Slice(at, Length);
            bool isMark = text[^1] == '#' && int.TryParse(text[2..^1], NumberStyles.None, CultureInfo.InvariantCulture, out _);
            if (isMark)
            {
                marks.Add(new Mark((char)text[1], int.Parse(text[2..^1], NumberStyles.None, CultureInfo.InvariantCulture)));
            }

            int from = at + (isMark ? Length : 1);
            int next = bytes[from..].IndexOf((byte)'#');
            at = next < 0 ? -1 : from + next;
        }

        return marks;
    }
}
