namespace RetroVue.Benchmarks.Rows;

/// <summary>The arguments of a measure are wrong; the message says how.</summary>
internal sealed class UsageException(string message) : Exception(message);
