namespace RetroVue.Benchmarks.Rows;

/// <summary>The arguments of a measure are wrong; the message says why.</summary>
internal sealed class UsageException(string message) : Exception(message);
