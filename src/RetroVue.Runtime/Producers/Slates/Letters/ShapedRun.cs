using SkiaSharp;

namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>Glyphs of one font.</summary>
/// <param name="Font">The font.</param>
/// <param name="Glyphs">Their numbers in the font, in the order in which they are drawn.</param>
/// <param name="Clusters">For each the place in the text of the first character that it stands for.</param>
/// <param name="Advances">How far each moves on, in its size.</param>
/// <param name="Offsets">Where each stands, beside where the ones before it have moved to, in its size; down is positive.</param>
internal sealed record ShapedRun(LetterFont Font, ushort[] Glyphs, int[] Clusters, float[] Advances, SKPoint[] Offsets)
{
    /// <summary>Its width, in its size.</summary>
    public float Width => Advances.Sum();
}
