using System.ComponentModel;
using System.Diagnostics;

namespace RetroVue.Media.Devices.Tests.Portal;

/// <summary>A message bus for the tests, on which no service is started automatically.</summary>
internal sealed class PrivateBus : IDisposable
{
    private readonly Process _daemon;
    private readonly string _folder;

    private PrivateBus(Process daemon, string folder) => (_daemon, _folder) = (daemon, folder);

    public string Address => $"unix:path={Path.Combine(_folder, "bus")}";

    /// <summary>Starts a bus; ignores the tests if dbus-daemon is not installed.</summary>
    public static PrivateBus Start()
    {
        string folder = Directory.CreateTempSubdirectory("rv-bus-").FullName;
        string configuration = Path.Combine(folder, "bus.conf");
        File.WriteAllText(configuration, $"""
            <busconfig>
              <type>session</type>
              <listen>unix:path={folder}/bus</listen>
              <policy context="default">
                <allow send_destination="*" eavesdrop="true"/>
                <allow eavesdrop="true"/>
                <allow own="*"/>
              </policy>
            </busconfig>
            """);
        var start = new ProcessStartInfo("dbus-daemon", ["--config-file", configuration, "--nofork", "--nopidfile", "--print-address"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        try
        {
            Process daemon = Process.Start(start)!;
            // The daemon listens after it has printed its address.
            Assert.That(daemon.StandardOutput.ReadLine(), Does.StartWith("unix:path="));
            return new PrivateBus(daemon, folder);
        }
        catch (Win32Exception)
        {
            Directory.Delete(folder, recursive: true);
            Assert.Ignore("dbus-daemon is not installed (Debian package dbus).");
            throw;
        }
    }

    /// <summary>Ends the bus at once, as a crash does.</summary>
    public void Kill()
    {
        if (!_daemon.HasExited)
        {
            _daemon.Kill();
        }

        _daemon.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        // The process does not dispose of a stream that was read from.
        _daemon.StandardOutput.Dispose();
        _daemon.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
