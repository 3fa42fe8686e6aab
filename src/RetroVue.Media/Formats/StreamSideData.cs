namespace RetroVue.Media.Formats;

/// <summary>
/// Data about a whole stream in addition to its format, from a container or an encoder, in the bytes of an FFmpeg structure. The layout is
/// that of the FFmpeg in this process: pass it on, but do not store it. Immutable; equal by value.
/// </summary>
/// <param name="Kind">The kind of data.</param>
/// <param name="Data">The bytes.</param>
public sealed record StreamSideData(StreamSideDataKind Kind, ReadOnlyMemory<byte> Data)
{
    /// <summary>True for the same kind and equal bytes.</summary>
    public bool Equals(StreamSideData? other) => other is not null && Kind == other.Kind && Data.Span.SequenceEqual(other.Data.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Data.Length);

    /// <summary>Returns a text such as "DisplayMatrix (36 bytes)".</summary>
    public override string ToString() => $"{Kind} ({Data.Length} bytes)";
}
