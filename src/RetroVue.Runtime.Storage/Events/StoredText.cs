using System.Buffers;
using System.Text;

namespace RetroVue.Runtime.Storage.Events;

/// <summary>What a text may contain so that each database can keep it: Unicode without the character NUL.</summary>
internal static class StoredText
{
    /// <summary>True if each database can keep the text.</summary>
    public static bool IsText(string text)
    {
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out Rune rune, out int length) != OperationStatus.Done || rune.Value == 0)
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }

    /// <summary>Returns the text, with "�" in place of what a database cannot keep.</summary>
    public static string Cleaned(string text) => IsText(text) ? text : string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0 ? "\uFFFD" : rune.ToString()));
}
