using System.ComponentModel;
using System.Runtime.InteropServices;

namespace RetroVue.Runtime.Tests;

/// <summary>
/// Makes every open and read of one file hang for real, as on a disk that does not answer. The kernel waits for a permission, and the test
/// gives it only in <see cref="GoOn"/>.
/// </summary>
/// <remarks>Source: fanotify(7), FAN_OPEN_PERM and FAN_ACCESS_PERM. They need CAP_SYS_ADMIN; a test without it is ignored.</remarks>
internal sealed class HungFile : IDisposable
{
    private const int AtCurrentFolder = -100;
    private const uint ClassContent = 0x4;
    private const uint Add = 0x1;
    private const ulong OpenPermission = 0x1_0000;
    private const ulong AccessPermission = 0x2_0000;
    private const uint Allow = 1;
    private const int MetadataSize = 24;
    private const int DescriptorOffset = 16;

    private readonly Lock _lock = new();
    private readonly int _group;
    private readonly List<int> _held = [];
    private readonly Thread _thread;
    private bool _isHung;
    private volatile bool _isOver;

    public HungFile(string path)
    {
        _group = fanotify_init(ClassContent, 0);
        if (_group < 0)
        {
            Assert.Ignore($"Reads cannot be made to hang here: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}; run it as root.");
        }

        Check(fanotify_mark(_group, Add, OpenPermission | AccessPermission, AtCurrentFolder, System.Text.Encoding.UTF8.GetBytes(path + '\0')));
        _thread = new Thread(Answer) { Name = "hung-file", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The number of opens and reads that hang now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _held.Count;
            }
        }
    }

    /// <summary>Makes opens and reads hang from now on.</summary>
    public void Hang()
    {
        lock (_lock)
        {
            _isHung = true;
        }
    }

    /// <summary>Lets the opens and reads that hang go on; later ones pass at once.</summary>
    public void GoOn()
    {
        lock (_lock)
        {
            _isHung = false;
            _held.ForEach(Permit);
            _held.Clear();
        }
    }

    /// <summary>Lets everything go on: when the group's last descriptor is closed, the kernel gives all permissions.</summary>
    public void Dispose()
    {
        GoOn();
        _isOver = true;
        _thread.Join();
        _ = close(_group);
    }

    private static void Check(int result)
    {
        if (result < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    private void Answer()
    {
        byte[] events = new byte[64 * MetadataSize];
        // struct pollfd of one descriptor, POLLIN
        byte[] wanted = new byte[8];
        BitConverter.TryWriteBytes(wanted, _group);
        wanted[4] = 1;
        while (!_isOver)
        {
            if (poll(wanted, 1, 50) <= 0)
            {
                continue;
            }

            nint length = read(_group, events, events.Length);

            for (int at = 0; at < length; at += BitConverter.ToInt32(events, at))
            {
                int descriptor = BitConverter.ToInt32(events, at + DescriptorOffset);
                lock (_lock)
                {
                    if (_isHung)
                    {
                        _held.Add(descriptor);
                    }
                    else
                    {
                        Permit(descriptor);
                    }
                }
            }
        }
    }

    private void Permit(int descriptor)
    {
        byte[] response = new byte[8];
        BitConverter.TryWriteBytes(response, descriptor);
        BitConverter.TryWriteBytes(response.AsSpan(4), Allow);
        _ = write(_group, response, response.Length);
        _ = close(descriptor);
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int fanotify_init(uint flags, uint eventFlags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fanotify_mark(int group, uint flags, ulong mask, int folder, byte[] path);

    [DllImport("libc", SetLastError = true)]
    private static extern nint read(int descriptor, byte[] buffer, nint length);

    [DllImport("libc", SetLastError = true)]
    private static extern nint write(int descriptor, byte[] buffer, nint length);

    [DllImport("libc")]
    private static extern int poll(byte[] descriptors, nint count, int milliseconds);

    [DllImport("libc")]
    private static extern int close(int descriptor);
}
