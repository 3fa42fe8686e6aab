using System.Collections.Concurrent;
using System.Globalization;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Channels.Splices;

/// <summary>
/// The pictures that ffmpeg decodes from a file, each with its time and a hash of its content, and the errors that ffmpeg prints.
/// </summary>
/// <param name="Pictures">The pictures in the order in which ffmpeg gives them out.</param>
/// <param name="Errors">The errors that ffmpeg prints; empty if there are none.</param>
internal sealed record DecodedPictures(IReadOnlyList<(ClockTime Pts, string Hash)> Pictures, string Errors)
{
    private static readonly ConcurrentDictionary<string, DecodedPictures> s_kept = [];

    /// <summary>Decodes a file that does not change, once in a run of the tests.</summary>
    public static DecodedPictures OfSource(string path) => s_kept.GetOrAdd(path, Of);

    /// <summary>Decodes a file.</summary>
    public static DecodedPictures Of(string path)
    {
        (int _, string output, string errors) = Tool.Run(
            "ffmpeg", $"-nostdin -v error -copyts -threads 1 -i {path} -map 0:v:0 -vsync passthrough -enc_time_base -1 -f framemd5 -");
        List<(ClockTime, string)> pictures = [];
        var timeBase = new Rational(1, 1);
        foreach (string line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("#tb 0: ", StringComparison.Ordinal))
            {
                int[] parts = [.. line[7..].Split('/').Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
                timeBase = new Rational(parts[0], parts[1]);
            }
            else if (!line.StartsWith('#'))
            {
                string[] fields = line.Split(',', StringSplitOptions.TrimEntries);
                pictures.Add((ClockTime.FromUnits(long.Parse(fields[2], CultureInfo.InvariantCulture), timeBase), fields[5]));
            }
        }

        return new DecodedPictures(pictures, errors.Trim());
    }
}
