using RetroVue.Media.FFmpeg.Containers;

namespace RetroVue.Runtime.Channels;

/// <summary>What came of looking at a file: what it is, or why it is of no use.</summary>
internal readonly record struct ProbedFile(ProbedMedia? Media, string? Problem)
{
    public static ProbedFile Of(string file, StreamChoice streams, CancellationToken cancellationToken)
    {
        try
        {
            return new ProbedFile(MediaProbe.Probe(file, streams, cancellationToken), null);
        }
        catch (MediaFileException exception)
        {
            return new ProbedFile(null, exception.Message);
        }
    }
}
