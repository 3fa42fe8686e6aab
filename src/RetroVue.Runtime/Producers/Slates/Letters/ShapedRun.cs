using SkiaSharp;

namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>Glyphs of one font.</summary>
/// <param name="Font">The font.</param>
/// <param name="Glyphs">The numbers of the glyphs in the font, in drawing order.</param>
/// <param name="Clusters">For each glyph, the index of the first character in the text that it stands for.</param>
/// <param name="Advances">For each glyph, the distance to the next one, in em.</param>
/// <param name="Offsets">For each glyph, its place relative to the sum of the advances before it, in em; down is positive.</param>
internal sealed record ShapedRun(LetterFont Font, ushort[] Glyphs, int[] Clusters, float[] Advances, SKPoint[] Offsets)
{
    /// <summary>The width in em.</summary>
    public float Width => Advances.Sum();
}
