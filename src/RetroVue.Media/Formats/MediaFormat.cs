namespace RetroVue.Media.Formats;

/// <summary>The format of the media on a link: one exact description, never a range. Immutable; equal by value.</summary>
/// <remarks>
/// A link's format is announced in band by <see cref="Pipelines.FormatChanged"/>, before the first buffer of that format.
/// </remarks>
public abstract record MediaFormat
{
    private protected MediaFormat()
    {
    }
}
