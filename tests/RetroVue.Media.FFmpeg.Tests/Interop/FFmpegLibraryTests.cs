using Microsoft.Extensions.Logging;

namespace RetroVue.Media.FFmpeg.Tests.Interop;

public sealed class FFmpegLibraryTests
{
    [OneTimeSetUp]
    public void Load() => FFmpegLoaderTests.LoadedFFmpegOrIgnore();

    [Test]
    public void Load_called_again_has_logged_the_version_once()
    {
        using var log = new Recorder();
        FFmpegLibrary.Load(log);
        FFmpegLibrary.Load(log);
        Assert.That(log.Lines, Has.Count.EqualTo(1));
        Assert.That(log.Lines[0], Does.Contain(FFmpegLibrary.Version).And.Contains(FFmpegLibrary.Libraries[0]));
    }

    [Test]
    public void Release_is_one_that_the_libraries_are_at_least() =>
        Assert.That(FFmpegLibrary.Release, Is.AnyOf("5.1", "6.0", "6.1", "7.0", "7.1", "8.0", "8.1"));

    private sealed class Recorder : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> format) =>
            Lines.Add(format(state, exception));
    }
}
