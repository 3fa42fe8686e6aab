using RetroVue.Media.FFmpeg.Containers;

namespace RetroVue.Runtime.Channels;

/// <summary>What came of looking at a file: what it is, or why it is of no use.</summary>
internal readonly record struct ProbedFile(ProbedMedia? Media, string? Problem)
{
    /// <summary>Looks at a file, no longer than its disk answers.</summary>
    public static async Task<ProbedFile> OfAsync(string file, StreamChoice streams, SilentFolders silent, CancellationToken cancellationToken)
    {
        if (silent.Holds(file))
        {
            return new ProbedFile(null, $"'{file}' is not looked at: other files of its folder have not answered. Look at the disk or its network.");
        }

        try
        {
            return new ProbedFile(await MediaProbe.ProbeAsync(file, streams, cancellationToken).ConfigureAwait(false), null);
        }
        catch (MediaFileException exception)
        {
            if (exception.InnerException is TimeoutException)
            {
                silent.Add(file);
            }

            return new ProbedFile(null, exception.Message);
        }
    }
}
