namespace RetroVue.Media.Formats;

/// <summary>What flows over a link: one exact description, never a range. Immutable; equal by value.</summary>
/// <remarks>A link's format is announced in band by <see cref="Pipelines.FormatChanged"/> before the first buffer it describes.</remarks>
public abstract record MediaFormat
{
    private protected MediaFormat()
    {
    }
}
