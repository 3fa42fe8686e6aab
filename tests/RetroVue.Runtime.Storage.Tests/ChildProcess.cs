using System.Collections.Concurrent;
using System.Diagnostics;

namespace RetroVue.Runtime.Storage.Tests;

/// <summary>Runs this project's program in a process of its own.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly Task _reading;
    private readonly Task<string> _error;

    private ChildProcess(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
        _reading = Task.Run(Read);
    }

    /// <summary>Starts the program.</summary>
    public static ChildProcess Start(params string[] arguments) => new(Process.Start(
        new ProcessStartInfo("dotnet", [typeof(ChildProcess).Assembly.Location, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);

    /// <summary>Returns the next line that the program writes.</summary>
    public string ReadLine()
    {
        if (!_lines.TryTake(out string? line, TimeSpan.FromSeconds(60)))
        {
            Assert.Fail($"the program wrote no line; it says: {(_error.IsCompleted ? _error.Result : "nothing")}");
        }

        return line!;
    }

    /// <summary>Writes a line to the program.</summary>
    public void WriteLine(string line) => _process.StandardInput.WriteLine(line);

    /// <summary>Kills the program, and returns the lines that it has written and nobody has read.</summary>
    public async Task<IReadOnlyList<string>> KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        return [.. _lines];
    }

    /// <summary>Waits for the end of the program, which must succeed.</summary>
    public async Task EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        Assert.That(_process.ExitCode, Is.Zero, await _error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _reading;
        _process.Dispose();
        _lines.Dispose();
    }

    private void Read()
    {
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            _lines.Add(line);
        }

        _lines.CompleteAdding();
    }
}
