using System.Collections.Immutable;
using RetroVue.Media.Elements.Hls;

namespace RetroVue.Runtime.Hls;

/// <summary>Options for HLS viewers.</summary>
/// <remarks>Set by one thread at a time.</remarks>
public sealed record HlsViewerOptions
{
    private const int LongestSilence = 1000;

    /// <summary>The number of target durations without a request after which a session ends, from 1 to 1,000; by default three.</summary>
    public int Silence { get; set; } = 3;

    /// <summary>
    /// How many target durations before now a channel begins if its first viewer uses HLS: the three that a player keeps from the end
    /// (RFC 8216 6.3.3), and the one that is still growing. From 0 to the six that a playlist lists; by default four.
    /// </summary>
    public int Preroll { get; set; } = 4;

    private static int MostPreroll => new HlsOptions().Window;

    /// <summary>
    /// Returns the errors in the values, one line for each: the setting, its value, the cause, and the allowed values. Empty if there is
    /// none.
    /// </summary>
    /// <param name="prefix">The text before the name of a setting in messages, such as "RetroVue:Hls:".</param>
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
