namespace RetroVue.Runtime.Storage.Tests;

/// <summary>A folder of one test, deleted after it.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("retrovue-storage-").FullName;

    /// <summary>The path of a database in it.</summary>
    public string Database => File("station.db");

    /// <summary>Returns the path of a file in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
