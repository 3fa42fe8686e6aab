namespace RetroVue.Runtime.Storage;

/// <summary>A version of a database's tables.</summary>
/// <param name="Version">Its number, from 1.</param>
/// <param name="Description">What it adds; of a version that this program does not know, what the newer program wrote.</param>
/// <param name="IsApplied">True if the database has it.</param>
/// <param name="IsKnown">True if this program knows it; false if a newer program added it.</param>
public sealed record MigrationStatus(long Version, string Description, bool IsApplied, bool IsKnown);
