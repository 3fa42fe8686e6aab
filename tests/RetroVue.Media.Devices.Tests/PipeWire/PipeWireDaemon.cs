using System.Diagnostics;
using System.Globalization;
using RetroVue.Media.Devices.PipeWire;

namespace RetroVue.Media.Devices.Tests.PipeWire;

/// <summary>A PipeWire daemon for the tests, which tests/lab/pipewire-headless or screen-headless starts.</summary>
internal sealed class PipeWireDaemon : IDisposable
{
    private const int PackageIsMissing = 77;

    private readonly Process _script;
    private readonly int _daemon;

    private PipeWireDaemon(Process script, string folder, int daemon)
    {
        _script = script;
        _daemon = daemon;
        Folder = folder;
    }

    public string Folder { get; }

    /// <summary>The socket to connect to.</summary>
    public string Remote => Path.Combine(Folder, "pipewire-0");

    /// <summary>The address of the message bus, if there is a desktop.</summary>
    public string Bus => $"unix:path={Path.Combine(Folder, "bus")}";

    /// <summary>Starts a daemon; ignores the tests if PipeWire is not installed or the bridge is not built.</summary>
    public static PipeWireDaemon Start(params string[] arguments) => StartScript("pipewire-headless", arguments);

    /// <summary>Starts a daemon with a desktop; ignores the tests if the desktop is not installed.</summary>
    public static PipeWireDaemon StartDesktop() => StartScript("screen-headless");

    private static PipeWireDaemon StartScript(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "tests", "lab", script), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        Process process = Process.Start(start)!;
        string? line = process.StandardOutput.ReadLine();
        if (line?.Split(' ') is not ["ready", string folder, string daemon])
        {
            process.WaitForExit();
            if (process.ExitCode == PackageIsMissing)
            {
                Assert.Ignore(line ?? $"{script}: a package is missing");
            }

            Assert.Fail($"{script} did not start: {line}");
            throw new InvalidOperationException();
        }

        var started = new PipeWireDaemon(process, folder, int.Parse(daemon, null));
        try
        {
            PipeWireDevices.List(started.Remote);
        }
        catch (DeviceLibraryException exception)
        {
            started.Dispose();
            Assert.Ignore(exception.Message);
        }

        return started;
    }

    /// <summary>Ends the daemon at once, as a crash does.</summary>
    public void Kill()
    {
        using var daemon = Process.GetProcessById(_daemon);
        daemon.Kill();
    }

    /// <summary>Makes the daemon hang.</summary>
    public void Suspend() => Signal("STOP");

    /// <summary>Lets the daemon go on.</summary>
    public void Resume() => Signal("CONT");

    public void Dispose()
    {
        _script.StandardInput.Close();
        _script.WaitForExit();
        _script.Dispose();
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _daemon.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
