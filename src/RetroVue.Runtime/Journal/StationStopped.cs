namespace RetroVue.Runtime.Journal;

/// <summary>The station ends as planned.</summary>
public sealed record StationStopped;
