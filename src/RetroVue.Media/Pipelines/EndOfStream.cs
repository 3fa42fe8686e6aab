namespace RetroVue.Media.Pipelines;

/// <summary>Nothing more comes on this link.</summary>
public sealed record EndOfStream : MediaEvent
{
    private EndOfStream()
    {
    }

    /// <summary>The end of a stream whose source has no more.</summary>
    public static EndOfStream Instance { get; } = new();

    /// <summary>The end of the stretch that is wanted of a stream: its source has more after it.</summary>
    public static EndOfStream OfStretch { get; } = new() { IsOfStretch = true };

    /// <summary>True if the source has more, later than what is wanted of it: what it gave last lasts until there.</summary>
    public bool IsOfStretch { get; private init; }
}
