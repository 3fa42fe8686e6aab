using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RetroVue.Runtime.Tests;

/// <summary>Keeps the log lines of warnings and errors, each with its exception.</summary>
internal sealed class RecordedLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("It records and hands nothing on.");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            _lines.Enqueue($"{eventId.Id}: {formatter(state, exception)} {exception}");
        }
    }

    public void Dispose()
    {
        // A scope holds nothing.
    }
}
