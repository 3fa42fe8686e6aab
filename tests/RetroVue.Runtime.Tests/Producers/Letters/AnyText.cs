namespace RetroVue.Runtime.Tests.Producers.Letters;

/// <summary>Makes texts as strangers write them: of all scripts, broken, very long and empty.</summary>
internal static class AnyText
{
    private static readonly string[] s_pieces =
    [
        "Retro", "The Third Man", "Ταξίδι", "Ирония", "باب الحديد", "שידור", "मुग़ल-ए-आज़म", "क्षत्रिय", "七人の侍", "「時代劇」、", "한국어", "พี่มาก", "தமிழ்", "বাংলা",
        " ", "  ", "\n", "\t", "\0", "\u0007", "\u001b[31m", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u202e", "\u2066", "\u2069", "\ufeff", "\u00ad",
        "\u0301", "\u0301\u0302\u0303\u0304\u0305\u0306", "\u093f", "\ufe0f", "\u20e3", "\ud800", "\udc00", "\ud83d", "😀", "👩\u200d💻", "🇩🇪", "\U000e0100",
        "\uffff", "\ue000", "\U0010ffff", "12:30", "1.5%", "€5", "(", ")", "«", "»", "…", "-", "/", "W", "i", "ﷺ", "\u3164", "𝔘𝔫𝔦", "ﬁ", "\u1160",
    ];

    /// <summary>A text.</summary>
    public static string Of(Random random) => random.Next(12) switch
    {
        0 => "",
        1 => new string((char)random.Next(0x10000), random.Next(3000)),
        2 => string.Concat(Enumerable.Range(0, random.Next(200)).Select(_ => (char)random.Next(0x10000))),
        3 => string.Concat(Enumerable.Range(0, random.Next(50)).Select(_ => char.ConvertFromUtf32(random.Next(2) == 0 ? random.Next(0xd800) : random.Next(0x10000, 0x110000)))),
        4 => string.Concat(Enumerable.Repeat(s_pieces[random.Next(s_pieces.Length)], random.Next(500))),
        _ => string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => s_pieces[random.Next(s_pieces.Length)])),
    };
}
