using System.Globalization;

namespace RetroVue.Samples;

/// <summary>A folder to which one process at a time writes; the system releases the lock when a process ends, for any reason.</summary>
internal sealed class FolderLock : IDisposable
{
    private static readonly TimeSpan s_tryEvery = TimeSpan.FromMilliseconds(250);

    private readonly FileStream _file;
    private readonly string _ownerPath;

    private FolderLock(FileStream file, string ownerPath) => (_file, _ownerPath) = (file, ownerPath);

    /// <summary>Locks a folder; waits for another owner, and says so.</summary>
    public static async Task<FolderLock> TakeAsync(string folder, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, ".lock");
        // The locked file itself cannot be opened to read the owner.
        string ownerPath = Path.Combine(folder, ".lock-owner");
        bool hasTold = false;
        while (true)
        {
            try
            {
                var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                await File.WriteAllTextAsync(ownerPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture), CancellationToken.None);
                return new FolderLock(file, ownerPath);
            }
            catch (IOException exception) when (exception.GetType() == typeof(IOException) && File.Exists(path))
            {
                if (!hasTold)
                {
                    Console.WriteLine($"{Owner(ownerPath)} is making the media in {folder}; waiting for it …");
                    hasTold = true;
                }
            }

            await Task.Delay(s_tryEvery, cancellationToken);
        }
    }

    public void Dispose()
    {
        File.Delete(_ownerPath);
        _file.Dispose();
    }

    private static string Owner(string path)
    {
        try
        {
            return File.ReadAllText(path) is { Length: > 0 } process ? $"Process {process}" : "Another process";
        }
        catch (IOException)
        {
            // The file with the owner is just being written or removed.
            return "Another process";
        }
    }
}
