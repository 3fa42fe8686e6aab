using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using RetroVue.Runtime.Interop.Folders;

namespace RetroVue.Runtime.Events.Spool;

/// <summary>The calls of the file system that the spool makes. Tests replace them, to make them fail. Thread-safe.</summary>
internal class SpoolDisk
{
    /// <summary>Makes a new file.</summary>
    public virtual SafeFileHandle Create(string path) => File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Opens a file, or makes it.</summary>
    public virtual SafeFileHandle Open(string path) => File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Writes bytes at an offset: all, or it throws after some.</summary>
    public virtual void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(file, bytes, offset);

    /// <summary>Cuts a file.</summary>
    public virtual void SetLength(SafeFileHandle file, long length) => RandomAccess.SetLength(file, length);

    /// <summary>Returns when a file's content has reached the disk.</summary>
    public virtual void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    /// <summary>Deletes a file.</summary>
    public virtual void Delete(string path) => File.Delete(path);

    /// <summary>Renames a file.</summary>
    public virtual void Move(string from, string to) => File.Move(from, to);

    /// <summary>Returns when the names of a folder's files have reached the disk.</summary>
    /// <remarks>Source: fsync(2): to flush a file is not enough, the folder with its name needs a flush of its own. .NET opens no folders.</remarks>
    public virtual unsafe void FlushFolder(string path)
    {
        int folder;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            folder = LibcFolders.open(name, LibcFolders.O_RDONLY | LibcFolders.O_DIRECTORY | LibcFolders.O_CLOEXEC, 0);
        }

        int error = folder < 0 ? Marshal.GetLastSystemError() : 0;
        if (folder >= 0)
        {
            error = LibcFolders.fsync(folder) < 0 ? Marshal.GetLastSystemError() : 0;
            _ = LibcFolders.close(folder);
        }

        if (error != 0)
        {
            throw new IOException($"The folder '{path}' could not be written to its disk: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }
    }
}
