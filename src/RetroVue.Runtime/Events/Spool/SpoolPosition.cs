namespace RetroVue.Runtime.Events.Spool;

/// <summary>A place in the spool.</summary>
/// <param name="Segment">The number of the file.</param>
/// <param name="Offset">The offset in the file, in bytes.</param>
internal readonly record struct SpoolPosition(long Segment, long Offset)
{
    /// <summary>True if this place lies before another one.</summary>
    public bool IsBefore(SpoolPosition other) => (Segment, Offset).CompareTo((other.Segment, other.Offset)) < 0;
}
