namespace RetroVue.Runtime.Storage.Postgres;

/// <summary>What a look at the outbox finds.</summary>
/// <param name="Open">Those of the asked transactions that have not ended.</param>
/// <param name="HasUnplaced">True if there are events without positions.</param>
/// <param name="Highest">The highest position of an event; 0 if there is none.</param>
internal readonly record struct OutboxState(HashSet<ulong> Open, bool HasUnplaced, long Highest);
