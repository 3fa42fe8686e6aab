namespace RetroVue.Media.Pipelines;

/// <summary>Nothing more comes on this link.</summary>
public sealed record EndOfStream : MediaEvent
{
    private EndOfStream()
    {
    }

    /// <summary>The one instance.</summary>
    public static EndOfStream Instance { get; } = new();
}
