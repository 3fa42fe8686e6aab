namespace RetroVue.Media.Elements.Coded;

/// <summary>FFmpeg's names for the used code points of ITU-T H.273; null if a value is not declared.</summary>
internal static class ColorNames
{
    public static string? Primaries(uint number) => number switch
    {
        1 => "bt709",
        2 => null,
        4 => "bt470m",
        5 => "bt470bg",
        6 => "smpte170m",
        7 => "smpte240m",
        9 => "bt2020",
        11 => "smpte431",
        12 => "smpte432",
        _ => $"primaries {number}",
    };

    public static string? Transfer(uint number) => number switch
    {
        1 => "bt709",
        2 => null,
        4 => "bt470m",
        5 => "bt470bg",
        6 => "smpte170m",
        7 => "smpte240m",
        8 => "linear",
        13 => "iec61966-2-1",
        14 => "bt2020-10",
        15 => "bt2020-12",
        16 => "smpte2084",
        18 => "arib-std-b67",
        _ => $"transfer {number}",
    };

    public static string? Matrix(uint number) => number switch
    {
        0 => "gbr",
        1 => "bt709",
        2 => null,
        4 => "fcc",
        5 => "bt470bg",
        6 => "smpte170m",
        7 => "smpte240m",
        9 => "bt2020nc",
        10 => "bt2020c",
        _ => $"matrix {number}",
    };
}
