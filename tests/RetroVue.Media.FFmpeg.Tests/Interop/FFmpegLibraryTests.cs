using RetroVue.Media.FFmpeg.Tests.Support;

namespace RetroVue.Media.FFmpeg.Tests.Interop;

public sealed class FFmpegLibraryTests
{
    [OneTimeSetUp]
    public void Load() => FFmpegLoaderTests.LoadedFFmpegOrIgnore();

    [Test]
    public void Load_called_again_has_logged_the_version_once()
    {
        using var log = new LogCollector();
        FFmpegLibrary.Load(log);
        FFmpegLibrary.Load(log);
        Assert.That(log.Lines, Has.Length.EqualTo(1));
        Assert.That(log.Lines[0].Message, Does.Contain(FFmpegLibrary.Version).And.Contains(FFmpegLibrary.Libraries[0]));
    }

    [Test]
    public void Release_is_one_that_the_libraries_are_at_least() =>
        Assert.That(FFmpegLibrary.Release, Is.AnyOf("5.1", "6.0", "6.1", "7.0", "7.1", "8.0", "8.1"));
}
