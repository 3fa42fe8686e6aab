namespace RetroVue.Media.Pipelines;

/// <summary>The end of the stream: no more buffers come on this link.</summary>
public sealed record EndOfStream : MediaEvent
{
    private EndOfStream()
    {
    }

    /// <summary>The end of a stream whose source has no more.</summary>
    public static EndOfStream Instance { get; } = new();

    /// <summary>The end of the requested part of a stream; its source has more media after it.</summary>
    public static EndOfStream OfStretch { get; } = new() { IsOfStretch = true };

    /// <summary>True if the source has more media after the requested part: the last buffer lasts until the part's end.</summary>
    public bool IsOfStretch { get; private init; }
}
