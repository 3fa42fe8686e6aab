namespace RetroVue.Media.Formats;

/// <summary>
/// The meaning of a picture's numbers as colour, by FFmpeg's names for the code points of ITU-T H.273; null if not declared.
/// </summary>
/// <param name="Range">"tv" (limited) or "pc" (full).</param>
/// <param name="Primaries">The primaries, such as "bt709".</param>
/// <param name="Transfer">The transfer characteristic, such as "bt709".</param>
/// <param name="Matrix">The matrix coefficients, such as "bt709".</param>
public readonly record struct ColorDescription(string? Range, string? Primaries, string? Transfer, string? Matrix)
{
    /// <summary>
    /// Returns the description with players' assumptions for values that are not declared, for YUV: limited range; the matrix of the
    /// primaries, or BT.709 from 1280 columns or more than 576 lines on and BT.601 below; the primaries of the matrix; and the transfer of
    /// standard television.
    /// </summary>
    /// <param name="width">The width of the pictures as they are stored.</param>
    /// <param name="height">Their height.</param>
    public ColorDescription Assumed(int width, int height)
    {
        string matrix = Matrix ?? Primaries switch
        {
            "bt2020" => "bt2020nc",
            null when width >= 1280 || height > 576 => "bt709",
            "bt709" => "bt709",
            _ => "smpte170m",
        };
        return new ColorDescription(
            Range ?? "tv",
            Primaries ?? matrix switch { "bt709" => "bt709", "bt2020nc" or "bt2020c" => "bt2020", _ => "smpte170m" },
            Transfer ?? "bt709",
            matrix);
    }
}
