using System.Globalization;
using System.Text;

namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>Removes characters from a foreign text that cannot be drawn in one line, or not in bounded time.</summary>
internal static class CleanText
{
    /// <summary>The sign at the end of a shortened text.</summary>
    public const char Ellipsis = '…';

    /// <summary>The length at which a longer text is cut; no slate has room for more.</summary>
    public const int MostCharacters = 400;

    // Languages put up to four marks on one letter; more marks would stand out of the line.
    private const int MostMarks = 4;

    /// <summary>
    /// Returns the text in one line. Runs of white space and control characters become single spaces; unpaired surrogates become the
    /// replacement character. Invisible characters and characters that control the direction are left out.
    /// </summary>
    public static string From(string text)
    {
        var clean = new StringBuilder(Math.Min(text.Length, MostCharacters) + 1);
        int characters = 0, marks = 0, looked = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            bool isMark = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;
            marks = isMark ? marks + 1 : 0;
            if (characters == MostCharacters || ++looked > 10 * MostCharacters)
            {
                clean.Append(Ellipsis);
                break;
            }

            if (Rune.IsWhiteSpace(rune) || category == UnicodeCategory.Control)
            {
                if (clean.Length == 0 || clean[^1] == ' ')
                {
                    continue;
                }

                clean.Append(' ');
            }
            else if (marks > MostMarks || (category == UnicodeCategory.Format && !IsJoiner(rune.Value)) || IsInvisible(rune.Value))
            {
                continue;
            }
            else
            {
                clean.Append(rune.ToString());
            }

            characters++;
        }

        return clean.ToString().TrimEnd();
    }

    /// <summary>Returns true for a character that only changes the shapes of the letters around it.</summary>
    public static bool IsJoiner(int character) => character is 0x200C or 0x200D;

    /// <summary>Returns true for a character that chooses a variant of the character before it.</summary>
    public static bool IsVariation(int character) => character is >= 0xFE00 and <= 0xFE0F or >= 0xE0100 and <= 0xE01EF;

    // Letters and marks by their category, but without a shape, such as the fillers of Hangul.
    private static bool IsInvisible(int character) => character is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0;
}
