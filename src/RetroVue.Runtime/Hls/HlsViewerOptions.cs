using System.Collections.Immutable;
using RetroVue.Media.Elements.Hls;

namespace RetroVue.Runtime.Hls;

/// <summary>Options for HLS viewers.</summary>
/// <remarks>Set by one thread at a time.</remarks>
public sealed record HlsViewerOptions
{
    private const int LongestSilence = 1000;

    /// <summary>How many target durations a viewer may ask for nothing before the session is over, from 1 to 1,000; three unless set.</summary>
    public int Silence { get; set; } = 3;

    /// <summary>
    /// How many target durations before now a channel begins when its first viewer takes HLS: the three that a player keeps from the end
    /// (RFC 8216 6.3.3), and the one that is still growing. From 0 to the six that a playlist lists; four unless set.
    /// </summary>
    public int Preroll { get; set; } = 4;

    private static int MostPreroll => new HlsOptions().Window;

    /// <summary>
    /// Says what is wrong with the values, a line for each: the setting, its value, why that cannot be, and what can. Empty if all is well.
    /// </summary>
    /// <param name="prefix">What stands before a setting's name where it is set, such as "RetroVue:Hls:".</param>
    public ImmutableArray<string> FindProblems(string prefix = $"{nameof(HlsViewerOptions)}.")
    {
        ImmutableArray<string>.Builder problems = ImmutableArray.CreateBuilder<string>();
        if (Silence is < 1 or > LongestSilence)
        {
            problems.Add($"{prefix}{nameof(Silence)} is {Silence}: it counts target durations, and a viewer asks once in each. Write 1 to {LongestSilence}.");
        }

        if (Preroll < 0 || Preroll > MostPreroll)
        {
            problems.Add($"{prefix}{nameof(Preroll)} is {Preroll}: it counts target durations, of which a playlist lists {MostPreroll}. Write 0 to {MostPreroll}.");
        }

        return problems.ToImmutable();
    }
}
