namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>A line of glyphs in drawing order, from left to right.</summary>
/// <param name="Runs">Its runs, each of one font.</param>
/// <param name="Width">Its width in em.</param>
internal sealed record ShapedLine(IReadOnlyList<ShapedRun> Runs, float Width);
