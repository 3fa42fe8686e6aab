namespace RetroVue.Media.Formats;

/// <summary>
/// What the numbers of a picture mean as colour, by the names FFmpeg gives the code points of ITU-T H.273; null where not stated.
/// </summary>
/// <param name="Range">"tv" (limited) or "pc" (full).</param>
/// <param name="Primaries">The primaries, such as "bt709".</param>
/// <param name="Transfer">The transfer characteristic, such as "bt709".</param>
/// <param name="Matrix">The matrix coefficients, such as "bt709".</param>
public readonly record struct ColorDescription(string? Range, string? Primaries, string? Transfer, string? Matrix);
