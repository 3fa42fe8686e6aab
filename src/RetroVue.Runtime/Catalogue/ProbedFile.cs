using RetroVue.Media.FFmpeg.Containers;

namespace RetroVue.Runtime.Catalogue;

/// <summary>The result of probing a file: its facts, or the reason why it cannot be used.</summary>
/// <param name="Facts">The facts; null if there is a problem.</param>
/// <param name="Problem">The problem; null if there are facts.</param>
/// <param name="IsLasting">True for facts, and for a problem that the file itself has, so that the same file has it at the next start too.</param>
internal readonly record struct ProbedFile(MediaFacts? Facts, string? Problem, bool IsLasting)
{
    /// <summary>FFmpeg's code for content that it cannot read (AVERROR_INVALIDDATA in libavutil/error.h): the letters INDA, negated.</summary>
    private const int InvalidData = -0x41444E49;

    /// <summary>Probes a file. Gives up if its disk does not answer.</summary>
    public static async Task<ProbedFile> OfAsync(MediaFileKey key, SilentFolders silent, CancellationToken cancellationToken)
    {
        if (silent.Holds(key.Path))
        {
            return new ProbedFile(null, SilentFolders.Problem(key.Path), IsLasting: false);
        }

        try
        {
            ProbedMedia media = await MediaProbe.ProbeAsync(key.Path, key.Streams, cancellationToken).ConfigureAwait(false);
            return new ProbedFile(MediaFacts.Of(media), null, IsLasting: true);
        }
        catch (MediaFileException exception)
        {
            if (exception.InnerException is TimeoutException)
            {
                silent.Add(key.Path);
            }

            return new ProbedFile(null, exception.Message, !exception.IsTransient && exception.ErrorCode is 0 or InvalidData);
        }
    }
}
