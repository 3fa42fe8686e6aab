using System.Globalization;
using System.Text;
using HarfBuzzSharp;

namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>Finds the places where a text may be broken: after spaces and hyphens, and between Chinese and Japanese characters.</summary>
internal static class LineBreaks
{
    // Characters with which no Japanese line begins, besides closing brackets.
    private const string NeverFirst = "、。，．・：；？！…‥ーゝゞヽヾ々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ";

    /// <summary>Returns, for each character, whether a line may begin with it.</summary>
    public static bool[] Of(string text)
    {
        var breaks = new bool[text.Length];
        Rune before = default;
        for (int i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(i), out Rune rune, out int length);
            breaks[i] = i > 0 && IsBetween(before, rune);
            before = rune;
            i += length;
        }

        return breaks;
    }

    private static bool IsBetween(Rune before, Rune after)
    {
        if (after.Value == ' ' || IsNeverFirst(after))
        {
            return false;
        }

        return before.Value == ' '
            || (before.Value is '-' or '/' or 0x2010 or 0x2013 or 0x2014 && Rune.IsLetter(after))
            || ((IsIdeographic(before) || IsIdeographic(after)) && !IsOpening(before));
    }

    private static bool IsOpening(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.OpenPunctuation or UnicodeCategory.InitialQuotePunctuation;

    private static bool IsNeverFirst(Rune rune) => (rune.IsBmp && NeverFirst.Contains((char)rune.Value))
        || CleanText.IsJoiner(rune.Value)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.ClosePunctuation or UnicodeCategory.FinalQuotePunctuation
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark;

    private static bool IsIdeographic(Rune rune)
    {
        Script script = UnicodeFunctions.Default.GetScript((uint)rune.Value);
        return script == Script.Han || script == Script.Hiragana || script == Script.Katakana || script == Script.Bopomofo
            || rune.Value is >= 0x3000 and <= 0x30FF or >= 0xFF01 and <= 0xFF60;
    }
}
