using RetroVue.Media.Formats;

namespace RetroVue.Runtime.Output;

/// <summary>Levels of H.264 (ISO/IEC 14496-10 table A-1): the capabilities that a decoder needs.</summary>
internal static class H264Level
{
    /// <summary>Level, macroblocks a second, macroblocks a picture, bits per second of the high profile.</summary>
    private static readonly (int Level, long Rate, int Size, long Bits)[] s_levels =
    [
        (10, 1_485, 99, 80_000), (11, 3_000, 396, 240_000), (12, 6_000, 396, 480_000), (13, 11_880, 396, 960_000), (20, 11_880, 396, 2_500_000),
        (21, 19_800, 792, 5_000_000), (22, 20_250, 1_620, 5_000_000), (30, 40_500, 1_620, 12_500_000), (31, 108_000, 3_600, 17_500_000),
        (32, 216_000, 5_120, 25_000_000), (40, 245_760, 8_192, 25_000_000), (41, 245_760, 8_192, 62_500_000), (42, 522_240, 8_704, 62_500_000),
        (50, 589_824, 22_080, 168_750_000), (51, 983_040, 36_864, 300_000_000), (52, 2_073_600, 36_864, 300_000_000),
    ];

    /// <summary>Returns the lowest level, times ten, for pictures of a format at a bit rate; the highest level if none suffices.</summary>
    public static int For(VideoFormat video, long bitRate)
    {
        int size = (video.Width + 15) / 16 * ((video.Height + 15) / 16);
        double rate = size * video.FrameRate.ToDouble();
        int found = Array.FindIndex(s_levels, level => rate <= level.Rate && size <= level.Size && bitRate <= level.Bits);
        return s_levels[found < 0 ? ^1 : found].Level;
    }
}
