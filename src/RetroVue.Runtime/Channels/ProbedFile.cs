using RetroVue.Media.FFmpeg.Containers;

namespace RetroVue.Runtime.Channels;

/// <summary>The result of probing a file: its streams, or the reason why it cannot be used.</summary>
internal readonly record struct ProbedFile(ProbedMedia? Media, string? Problem)
{
    /// <summary>Probes a file. Gives up if its disk does not answer.</summary>
    public static async Task<ProbedFile> OfAsync(string file, StreamChoice streams, SilentFolders silent, CancellationToken cancellationToken)
    {
        if (silent.Holds(file))
        {
            return new ProbedFile(null, $"'{file}' was not opened: other files of its folder did not answer. Check the disk or its network.");
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
