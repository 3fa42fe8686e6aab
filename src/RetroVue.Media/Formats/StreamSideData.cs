namespace RetroVue.Media.Formats;

/// <summary>
/// One thing that a container or an encoder says of a whole stream beside its format, in the bytes of FFmpeg's structure for it. The layout
/// is that of the FFmpeg in this process: for handing on, not for storing. Immutable; equal by value.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Data">The bytes.</param>
public sealed record StreamSideData(StreamSideDataKind Kind, ReadOnlyMemory<byte> Data)
{
    /// <summary>Of the same kind, and equal byte by byte.</summary>
    public bool Equals(StreamSideData? other) => other is not null && Kind == other.Kind && Data.Span.SequenceEqual(other.Data.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Data.Length);

    /// <summary>A text such as "DisplayMatrix (36 bytes)".</summary>
    public override string ToString() => $"{Kind} ({Data.Length} bytes)";
}
