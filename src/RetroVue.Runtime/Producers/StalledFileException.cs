namespace RetroVue.Runtime.Producers;

/// <summary>A file does not come, or not in time; it may go on at any moment. The message names it.</summary>
internal sealed class StalledFileException(string path, string problem) : IOException($"'{path}' {problem}: its disk does not answer, or is too slow. Look at the disk or its network.");
