namespace RetroVue.Runtime.Producers;

/// <summary>
/// A file does not deliver data, or not in time. It may go on at any moment, so the error is transient. The message names the file.
/// </summary>
internal sealed class StalledFileException(string path, string problem)
    : StationException($"'{path}' {problem}: its disk does not answer, or is too slow. Check the disk or its network.")
{
    /// <summary>True: it may go on at any moment.</summary>
    public override bool IsTransient => true;
}
