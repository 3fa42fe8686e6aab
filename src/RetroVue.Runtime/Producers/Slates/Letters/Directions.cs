using System.Globalization;
using System.Text;
using HarfBuzzSharp;

namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>
/// Finds the direction of each character of a line. Implements the part of Unicode's bidirectional algorithm (UAX #9) that needs no control
/// characters.
/// </summary>
internal static class Directions
{
    private enum Kind : byte
    {
        Neutral,
        Left,
        Right,
        Number,
        Separator,
        Sign,
        Mark,
    }

    /// <summary>
    /// Returns the level of each character (UAX #9): even levels run from left to right, odd levels from right to left. The first letter
    /// decides the direction of the whole line.
    /// </summary>
    /// <param name="text">A text without control characters.</param>
    /// <param name="whole">The level of the whole line, 0 or 1.</param>
    public static byte[] LevelsOf(string text, out byte whole)
    {
        var kinds = new Kind[text.Length];
        for (int i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(i), out Rune rune, out int length);
            kinds.AsSpan(i, length).Fill(KindOf(rune));
            i += length;
        }

        whole = (byte)(Array.Find(kinds, kind => kind is Kind.Left or Kind.Right) == Kind.Right ? 1 : 0);
        SettleMarks(kinds);
        SettleNumbers(kinds, whole);
        SettleNeutrals(kinds, whole);
        var levels = new byte[text.Length];
        for (int i = 0; i < levels.Length; i++)
        {
            levels[i] = kinds[i] switch
            {
                Kind.Right => 1,
                Kind.Number => 2,
                _ => (byte)(whole * 2),
            };
        }

        return levels;
    }

    private static Kind KindOf(Rune rune)
    {
        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format:
                return Kind.Mark;
            case UnicodeCategory.DecimalDigitNumber when rune.Value is >= '0' and <= '9' or >= 0x0660 and <= 0x0669 or >= 0x06F0 and <= 0x06F9:
                return Kind.Number;
            case UnicodeCategory.CurrencySymbol:
                return Kind.Sign;
            case UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
                or UnicodeCategory.OtherLetter or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.LetterNumber or UnicodeCategory.DecimalDigitNumber:
                return UnicodeFunctions.Default.GetScript((uint)rune.Value).HorizontalDirection == Direction.RightToLeft ? Kind.Right : Kind.Left;
            default:
                return rune.Value switch
                {
                    '.' or ',' or ':' or '/' or '+' or '-' or 0x00A0 or 0x066B or 0x066C => Kind.Separator,
                    '%' or '#' or 0x00B0 or 0x066A or 0x2030 => Kind.Sign,
                    _ => Kind.Neutral,
                };
        }
    }

    /// <summary>Gives each mark the kind of the character before it.</summary>
    private static void SettleMarks(Kind[] kinds)
    {
        for (int i = 0; i < kinds.Length; i++)
        {
            if (kinds[i] == Kind.Mark)
            {
                kinds[i] = i > 0 ? kinds[i - 1] : Kind.Neutral;
            }
        }
    }

    /// <summary>
    /// Makes signs and single separators a part of the numbers beside them. A number after a left-to-right letter becomes left-to-right.
    /// </summary>
    private static void SettleNumbers(Kind[] kinds, byte whole)
    {
        for (int i = 1; i < kinds.Length - 1; i++)
        {
            if (kinds[i] == Kind.Separator && kinds[i - 1] == Kind.Number && kinds[i + 1] == Kind.Number)
            {
                kinds[i] = Kind.Number;
            }
        }

        for (int i = 1; i < kinds.Length; i++)
        {
            kinds[i] = kinds[i] == Kind.Sign && kinds[i - 1] == Kind.Number ? Kind.Number : kinds[i];
        }

        for (int i = kinds.Length - 2; i >= 0; i--)
        {
            kinds[i] = kinds[i] == Kind.Sign && kinds[i + 1] == Kind.Number ? Kind.Number : kinds[i];
        }

        Kind last = whole == 1 ? Kind.Right : Kind.Left;
        for (int i = 0; i < kinds.Length; i++)
        {
            if (kinds[i] is Kind.Left or Kind.Right)
            {
                last = kinds[i];
            }
            else if (kinds[i] == Kind.Number && last == Kind.Left)
            {
                kinds[i] = Kind.Left;
            }
        }
    }

    /// <summary>
    /// Gives neutral characters between two of the same direction that direction, and all others the direction of the whole line.
    /// </summary>
    private static void SettleNeutrals(Kind[] kinds, byte whole)
    {
        Kind ofWhole = whole == 1 ? Kind.Right : Kind.Left;
        Kind before = ofWhole;
        for (int i = 0; i < kinds.Length;)
        {
            int end = i;
            while (end < kinds.Length && kinds[end] is not (Kind.Left or Kind.Right or Kind.Number))
            {
                end++;
            }

            Kind after = end == kinds.Length ? ofWhole : Side(kinds[end]);
            kinds.AsSpan(i, end - i).Fill(before == after ? before : ofWhole);
            if (end < kinds.Length)
            {
                before = after;
                end++;
            }

            i = end;
        }

        // For the neutrals beside it, a number that is still a number counts as right-to-left.
        static Kind Side(Kind kind) => kind == Kind.Left ? Kind.Left : Kind.Right;
    }
}
