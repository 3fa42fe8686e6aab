using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace RetroVue.House.Tests;

/// <summary>A web app in a process of its own, from its start to its stop.</summary>
internal sealed partial class ServedApp : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts the app. Its output is redirected.</summary>
    public ServedApp(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError, start.UseShellExecute) = (true, true, false);
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException($"The app ended: {Output}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The output so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Returns the address on which the app listens, as soon as the app prints it.</summary>
    public async Task<Uri> AddressAsync()
    {
        try
        {
            return await _address.Task.WaitAsync(s_limit);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"The app does not listen: {Output}", exception);
        }
    }

    /// <summary>Stops the app with a signal, as systemd does; returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        // The command is built into the shell. The program of that name is in a package that some systems do not have.
        Tool.OutputOf("sh", "-c", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"kill {_process.Id}"));
        await _process.WaitForExitAsync().WaitAsync(s_limit);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private void Read(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }

        Match match = Listening().Match(line ?? "");
        if (match.Success)
        {
            _address.TrySetResult(new Uri(match.Groups["address"].Value));
        }
    }

    [GeneratedRegex("Now listening on: (?<address>http://[^ ]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Listening();
}
