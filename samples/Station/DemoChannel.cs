using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Samples;

/// <summary>A channel of the demo.</summary>
/// <param name="ShortName">Its name in addresses.</param>
/// <param name="Name">The name that viewers see.</param>
/// <param name="Profile">Its profile, as in the schedule's JSON.</param>
/// <param name="Clips">Its clips.</param>
internal sealed record DemoChannel(string ShortName, string Name, IReadOnlyDictionary<string, string> Profile, IReadOnlyList<DemoClip> Clips)
{
    private static readonly Rational s_film = new(24, 1);
    private static readonly Rational s_pal = new(25, 1);
    private static readonly Rational s_ntsc = new(30000, 1001);
    private static readonly Dictionary<string, string> s_copy = new(StringComparer.Ordinal) { ["mode"] = "copy" };

    /// <summary>Two channels whose files have the same formats, and one whose files have different formats.</summary>
    public static IReadOnlyList<DemoChannel> All { get; } =
    [
        new("retro-one", "Retro One", s_copy,
        [
            Alike("one-morning.mp4", "Good Morning, Test Card", 30, 640, 360, s_pal),
            Alike("one-harbour.mp4", "The Harbour Line", 60, 640, 360, s_pal),
            Alike("one-weather.mp4", "Weather in Numbers", 20, 640, 360, s_pal),
            Alike("one-tower.mp4", "Tower of Signals", 45, 640, 360, s_pal),
        ]),
        new("classic-two", "Classic Two", s_copy,
        [
            Alike("two-parade.mp4", "Parade of Frames", 90, 480, 360, s_ntsc),
            Alike("two-night.mp4", "Night Service", 25, 480, 360, s_ntsc),
            Alike("two-quiz.mp4", "The Counting Quiz", 40, 480, 360, s_ntsc),
        ]),
        new("mixed-three", "Mixed Three", new Dictionary<string, string>(StringComparer.Ordinal) { ["mode"] = "transcode", ["size"] = "640x360", ["rate"] = "25" },
        [
            new("three-film.mp4", "A Film at Twenty-Four", 45, 640, 272, s_film, 48_000, ChannelLayout.Stereo),
            new("three-small.mp4", "Small Pictures", 30, 320, 240, s_ntsc, 44_100, ChannelLayout.Mono),
            new("three-large.mp4", "Large and Fast", 20, 1280, 720, new Rational(50, 1), 48_000, ChannelLayout.Stereo),
        ]),
    ];

    private static DemoClip Alike(string file, string title, int seconds, int width, int height, Rational rate) =>
        new(file, title, seconds, width, height, rate, 48_000, ChannelLayout.Stereo);
}
