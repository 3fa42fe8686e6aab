namespace RetroVue.Runtime.Events.Spool;

/// <summary>A record of a spool's file: the events of one append.</summary>
/// <param name="Events">The events, in order.</param>
/// <param name="Size">The bytes that they take in the file.</param>
/// <param name="End">Where the next record begins.</param>
internal sealed record SpoolRecord(EventEnvelope[] Events, long Size, SpoolPosition End);
