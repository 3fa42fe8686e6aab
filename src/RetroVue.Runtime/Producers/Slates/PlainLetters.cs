using System.Text;

namespace RetroVue.Runtime.Producers.Slates;

/// <summary>Puts a text into the characters that <see cref="SlateFont"/> has.</summary>
/// <remarks>
/// Tables of our own instead of Unicode's decomposition, which .NET does through a library that is not on every machine: the same slate
/// has the same pixels everywhere.
/// </remarks>
internal static class PlainLetters
{
    private const char Unknown = '?';

    // The letters from U+00C0 to U+017F without their marks; a question mark stands where one letter is not enough.
    private const string LatinLetters =
        "AAAAAA?CEEEEIIIIDNOOOOOxOUUUUY??aaaaaa?ceeeeiiiidnooooo/ouuuuy?y"
        + "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi??JjKkkLlLlLlL"
        + "lLlNnNnNn?NnOoOoOo??RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

    /// <summary>
    /// The text with marks taken off its letters, other characters by the nearest ones there are, or question marks; stretches of white
    /// space and control characters become single spaces.
    /// </summary>
    public static string From(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
            {
                if (plain.Length > 0 && plain[^1] != ' ')
                {
                    plain.Append(' ');
                }
            }
            else
            {
                Append(plain, rune.Value);
            }
        }

        return plain.ToString().TrimEnd();
    }

    private static void Append(StringBuilder plain, int character)
    {
        switch (character)
        {
            case >= ' ' and <= '~' or '…':
                plain.Append((char)character);
                break;
            case >= 0x0300 and <= 0x036F or 0x00AD or 0x200D or >= 0xFE00 and <= 0xFE0F:
                // Marks that combine with the letter before them, soft hyphens, joiners and variants: nothing of their own.
                break;
            case 'Æ' or 'Œ' or 'Ĳ' or 'æ' or 'œ' or 'ĳ' or 'Þ' or 'þ' or 'ß' or 'ẞ' or 'ŉ' or '€' or '™':
                plain.Append(SeveralFor((char)character));
                break;
            case >= 'À' and < 'À' + 192:
                plain.Append(LatinLetters[character - 'À']);
                break;
            default:
                plain.Append(OneFor(character));
                break;
        }
    }

    private static string SeveralFor(char character) => character switch
    {
        'Æ' => "AE",
        'Œ' => "OE",
        'Ĳ' => "IJ",
        'æ' => "ae",
        'œ' => "oe",
        'ĳ' => "ij",
        'Þ' => "Th",
        'þ' => "th",
        'ß' => "ss",
        'ẞ' => "SS",
        'ŉ' => "'n",
        '€' => "EUR",
        _ => "TM",
    };

    private static char OneFor(int character) => character switch
    {
        >= 0x2010 and <= 0x2015 or 0x2212 or '·' or '•' => '-',
        >= 0x2018 and <= 0x201B or 0x2032 or '´' => '\'',
        >= 0x201C and <= 0x201F or 0x2033 or '«' or '»' => '"',
        0x2039 => '<',
        0x203A => '>',
        '¡' => '!',
        '¦' => '|',
        'Ș' => 'S',
        'ș' => 's',
        'Ț' => 'T',
        'ț' => 't',
        _ => Unknown,
    };
}
