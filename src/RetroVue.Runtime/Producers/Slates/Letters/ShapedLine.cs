namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>A line of glyphs as it is drawn, from left to right.</summary>
/// <param name="Runs">Its runs, each of one font.</param>
/// <param name="Width">Its width, in its size.</param>
internal sealed record ShapedLine(IReadOnlyList<ShapedRun> Runs, float Width);
